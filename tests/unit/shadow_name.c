/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/shadow_name.h"

#include "check.h"
#include "scratch.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *label, *path;
	int want;
	const char *want_folder, *want_file, *want_copy;
} cases[] = {
	{ "as in Debian", "/etc/mail/access.db", 0, "/etc/mail", "access.db",
	  ".access.db.pam_sap" },
	{ "in the root", "/x", 0, "/", "x", ".x.pam_sap" },
	{ "blanks", "/a b/c d", 0, "/a b", "c d", ".c d.pam_sap" },
	{ "two slashes", "/a//b", 0, "/a/", "b", ".b.pam_sap" },
	{ "hidden", "/a/.b", 0, "/a", ".b", "..b.pam_sap" },
	{ "relative", "mail/access.db", -EINVAL, NULL, NULL, NULL },
	{ "a name", "access.db", -EINVAL, NULL, NULL, NULL },
	{ "a folder", "/etc/mail/", -EINVAL, NULL, NULL, NULL },
	{ "the root", "/", -EINVAL, NULL, NULL, NULL },
	{ "empty", "", -EINVAL, NULL, NULL, NULL },
};

static void a_path_is_taken_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *label = cases[i].label;
		struct shadow_name got;

		check_int(label, shadow_name_of(cases[i].path, &got), cases[i].want);
		if (cases[i].want < 0)
			continue;
		check_text(label, got.path, cases[i].path);
		check_text(label, got.folder, cases[i].want_folder);
		check_text(label, got.file, cases[i].want_file);
		check_text(label, got.copy, cases[i].want_copy);
	}
}

static void names_have_a_limit(void **state)
{
	struct shadow_name got;
	char path[PATH_MAX + 2];

	(void)state;
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	/* A dot, the suffix and a number are added to the file's name. */
	path[1 + NAME_MAX - 11] = '\0';
	check_int("longest file", shadow_name_of(path, &got), 0);
	check_int("longest file", strlen(got.spare[0]), NAME_MAX);
	path[1 + NAME_MAX - 11] = 'x';
	path[1 + NAME_MAX - 10] = '\0';
	check_int("longer file", shadow_name_of(path, &got), -ENAMETOOLONG);

	memset(path, 'x', sizeof(path));
	for (size_t i = 0; i < PATH_MAX; i += 100)
		path[i] = '/';
	path[PATH_MAX - 1] = '\0';
	check_int("longest path", shadow_name_of(path, &got), 0);
	path[PATH_MAX - 1] = 'x';
	path[PATH_MAX] = '\0';
	check_int("longer path", shadow_name_of(path, &got), -ENAMETOOLONG);
}

static void present_is_whatever_has_the_name(void **state)
{
	char path[SCRATCH_PATH], copy[SCRATCH_PATH];

	scratch_path(*state, "access.db", path);
	scratch_path(*state, ".access.db.pam_sap", copy);
	check_false("none", shadow_name_present(path));
	scratch_write(copy, "", 0);
	check_true("file", shadow_name_present(path));
	assert_int_equal(unlink(copy), 0);
	assert_int_equal(symlink("/nowhere", copy), 0);
	check_true("link to nothing", shadow_name_present(path));
	check_false("no path", shadow_name_present("access.db"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_taken_apart),
		cmocka_unit_test(names_have_a_limit),
		IN_SCRATCH(present_is_whatever_has_the_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
