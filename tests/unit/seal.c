/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/seal.h"

#include "site.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A file stands for the table: a seal does not look inside. */
static void seal_new_table(struct site *site, long leases)
{
	struct seal seal = { .leases = leases };

	scratch_write(site->settings.map_path, "table", 5);
	scratch_date(site->settings.map_path, SITE_NOW);
	assert_int_equal(map_identity_of(site->settings.map_path, &seal.map), 0);
	assert_int_equal(seal_write(&site->settings, &seal, NULL), 0);
}

static void an_untouched_table_is_sealed(void **state)
{
	struct site *site = *state;

	check_false("no table", seal_holds(&site->settings, NULL));
	scratch_write(site->settings.map_path, "table", 5);
	check_false("no seal", seal_holds(&site->settings, NULL));
	seal_new_table(site, 42);
	check_true("holds", seal_holds(&site->settings, NULL));
	check_seal("its number", site, 42);
	seal_break(&site->settings);
	check_false("broken", seal_holds(&site->settings, NULL));
	seal_break(&site->settings);
}

static void touch_size(const char *path)
{
	/* Written, and its old time set again. */
	scratch_write(path, "tables", 6);
	scratch_date(path, SITE_NOW);
}

static void touch_content(const char *path)
{
	scratch_write(path, "TABLE", 5);
	scratch_date(path, SITE_NOW);
}

static void touch_time(const char *path)
{
	scratch_date(path, SITE_NOW + 1);
}

static void touch_nanosecond(const char *path)
{
	const struct timespec times[2] = { { .tv_sec = SITE_NOW },
					   { .tv_sec = SITE_NOW, .tv_nsec = 1 } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void replace(const char *path)
{
	char beside[SCRATCH_PATH];

	(void)snprintf(beside, sizeof(beside), "%.240s.new", path);
	scratch_write(beside, "table", 5);
	scratch_date(beside, SITE_NOW);
	assert_int_equal(rename(beside, path), 0);
}

static void remove_it(const char *path)
{
	assert_int_equal(unlink(path), 0);
}

static const struct {
	const char *label;
	void (*touch)(const char *path);
} touches[] = {
	{ "another size", touch_size },
	{ "another content, old size and time", touch_content },
	{ "a second later", touch_time },
	{ "a nanosecond later", touch_nanosecond },
	{ "another inode", replace },
	{ "gone", remove_it },
};

static void any_touch_breaks_it(void **state)
{
	struct site *site = *state;

	for (size_t i = 0; i < COUNT(touches); i++) {
		seal_new_table(site, 1);
		check_true(touches[i].label, seal_holds(&site->settings, NULL));
		touches[i].touch(site->settings.map_path);
		check_false(touches[i].label, seal_holds(&site->settings, NULL));
	}
}

static const struct {
	const char *name, *value;
	bool want; /* the seal still holds */
} settings_cases[] = {
	{ "mta", "postfix", false },	      { "value", "OK", false },
	{ "key_tag", "connect:", false },     { "ipv6_prefix", "64", false },
	{ "ipv6_form", "compressed", false }, { "ipv6_form", "full", true },
	{ "lifetime", "20min", true },	      { "wait", "1s", true },
};

/* Records are written otherwise from now on: the table has to be looked at. */
static void another_form_breaks_it(void **state)
{
	struct site *site = *state;

	seal_new_table(site, 1);
	for (size_t i = 0; i < COUNT(settings_cases); i++) {
		struct settings changed = site->settings;

		assert_int_equal(settings_set(&changed, settings_cases[i].name,
					      settings_cases[i].value, SETTINGS_FILE,
					      NULL),
				 0);
		check_int(settings_cases[i].name, seal_holds(&changed, NULL),
			  settings_cases[i].want);
	}
}

static void another_maps_seal_is_none(void **state)
{
	struct site *site = *state;
	struct settings other = site->settings;
	char link_path[SCRATCH_PATH];

	seal_new_table(site, 1);
	/* Even when it is the very same file. */
	scratch_path(&site->scratch, "mail/other.db", link_path);
	assert_int_equal(link(site->settings.map_path, link_path), 0);
	seal_new_table(site, 1);
	memcpy(other.map_path, link_path, sizeof(link_path));
	check_true("this", seal_holds(&site->settings, NULL));
	check_false("other", seal_holds(&other, NULL));
}

static void a_spoilt_seal_is_none(void **state)
{
	struct site *site = *state;
	char path[SCRATCH_PATH], text[2048];

	seal_new_table(site, 1);
	scratch_path(&site->scratch, "run/seal", path);
	const size_t size = strlen(scratch_read(path, text, sizeof(text)));
	for (size_t cut = 0; cut < size; cut++) {
		scratch_write(path, text, cut);
		check_false("cut off", seal_holds(&site->settings, NULL));
	}
	scratch_write(path, text, size);
	check_true("whole", seal_holds(&site->settings, NULL));
	scratch_write(path, "\0\0\0\0", 4);
	check_false("zeroes", seal_holds(&site->settings, NULL));
	check_int("all may ask for its age", scratch_stat(path).st_mode & 07777, 0644);
}

static void an_open_map_is_asked_by_its_identity(void **state)
{
	struct site *site = *state;
	struct map_identity before;
	struct seal seal = { .leases = 0 };

	seal_new_table(site, 7);
	assert_int_equal(map_identity_of(site->settings.map_path, &before), 0);
	check_int("none", map_identity_of("/nowhere/x", &before), -ENOENT);
	replace(site->settings.map_path);
	check_true("the open one", seal_matches(&site->settings, &before, &seal));
	check_int("its number", seal.leases, 7);
	check_false("the one at the path", seal_holds(&site->settings, &seal));
}

static void without_a_folder_there_is_no_seal(void **state)
{
	struct site *site = *state;
	struct seal seal = { .leases = 1 };
	struct why why = { 0 };

	site_set(site, "run_dir", "/nowhere/run");
	check_int("write", seal_write(&site->settings, &seal, &why), -ENOENT);
	check_contains("write", why.text, "/nowhere/run");
	check_false("read", seal_holds(&site->settings, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(an_untouched_table_is_sealed),
		AT_SITE(any_touch_breaks_it),
		AT_SITE(another_form_breaks_it),
		AT_SITE(another_maps_seal_is_none),
		AT_SITE(a_spoilt_seal_is_none),
		AT_SITE(an_open_map_is_asked_by_its_identity),
		AT_SITE(without_a_folder_there_is_no_seal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
