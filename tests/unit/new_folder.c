/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/new_folder.h"

#include "check.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE 0755
#define OTHER_MODE 0700

int __real_renameat2(int old_at, const char *old, int new_at, const char *name,
		     unsigned flags);
int __wrap_renameat2(int old_at, const char *old, int new_at, const char *name,
		     unsigned flags);

static bool another_is_quicker;

int __wrap_renameat2(int old_at, const char *old, int new_at, const char *name,
		     unsigned flags)
{
	if (another_is_quicker)
		assert_int_equal(mkdirat(new_at, name, OTHER_MODE), 0);
	return __real_renameat2(old_at, old, new_at, name, flags);
}

static void make_nothing(const char *path)
{
	(void)path;
}

static void make_it(const char *path)
{
	assert_int_equal(mkdir(path, OTHER_MODE), 0);
}

/* Somebody died between the two calls, under his umask. */
static void leave_a_temporary(const char *path)
{
	char temporary[SCRATCH_PATH + 8];
	const char *name = strrchr(path, '/') + 1;

	(void)snprintf(temporary, sizeof(temporary), "%.*s.%s.new", (int)(name - path),
		       path, name);
	assert_int_equal(mkdir(temporary, 0), 0);
}

static void be_quicker(const char *path)
{
	(void)path;
	another_is_quicker = true;
}

static const struct {
	const char *label, *name, *end;
	void (*before)(const char *path);
	int want;
	mode_t want_mode;
} cases[] = {
	{ "new", "a", "", make_nothing, 0, MODE },
	{ "with a slash", "b", "/", make_nothing, 0, MODE },
	{ "with many", "c", "//", make_nothing, 0, MODE },
	{ "there before", "d", "", make_it, 0, OTHER_MODE },
	{ "left by a crash", "e", "", leave_a_temporary, 0, MODE },
	{ "another is quicker", "f", "", be_quicker, 0, OTHER_MODE },
	{ "no folder for it", "none/g", "", make_nothing, -ENOENT, 0 },
};

static void it_has_its_mode_as_soon_as_its_name(void **state)
{
	const mode_t before = umask(0077);

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *label = cases[i].label;
		char path[SCRATCH_PATH], asked[SCRATCH_PATH + 4], temporary[32];

		scratch_path(*state, cases[i].name, path);
		(void)umask(0);
		cases[i].before(path);
		(void)umask(0077);
		(void)snprintf(asked, sizeof(asked), "%s%s", path, cases[i].end);
		check_int(label, new_folder(AT_FDCWD, asked, MODE), cases[i].want);
		another_is_quicker = false;
		if (cases[i].want == 0)
			check_int(label, scratch_stat(path).st_mode & 07777,
				  cases[i].want_mode);
		(void)snprintf(temporary, sizeof(temporary), ".%s.new", cases[i].name);
		scratch_path(*state, temporary, path);
		check_int("nothing is left", access(path, F_OK), -1);
	}
	(void)umask(before);
}

static void a_name_that_is_too_long_is_said(void **state)
{
	char path[2 * 4096];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	check_int("too long", new_folder(AT_FDCWD, path, MODE), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(it_has_its_mode_as_soon_as_its_name),
		IN_SCRATCH(a_name_that_is_too_long_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
