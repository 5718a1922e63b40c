/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/expiry_watch.h"

#include "site.h"

#include <errno.h>
#include <unistd.h>

#define NEVER (-100000L) /* there is no file */

static const struct {
	const char *label;
	long age; /* of the last run, in seconds */
	const char *limit;
	bool want_watched, want_late;
} cases[] = {
	{ "never ran", NEVER, "10min", false, true },
	{ "just now", 0, "10min", true, false },
	{ "in time", 90, "10min", true, false },
	{ "late", 91, "10min", true, true },
	{ "just fresh enough", 600, "10min", true, true },
	{ "too long ago", 601, "10min", false, true },
	{ "shorter limit", 121, "2min", false, true },
	{ "the clock was set back", -5000, "10min", true, false },
	{ "not asked for", 5000, "0", true, true },
	{ "not asked for, never ran", NEVER, "0", true, true },
};

static void the_last_run_tells(void **state)
{
	struct site *site = *state;
	char path[SCRATCH_PATH];

	scratch_path(&site->scratch, "state/expired", path);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *label = cases[i].label;

		(void)unlink(path);
		site_set(site, "expiry_watch", cases[i].limit);
		site_clock(site, 0);
		if (cases[i].age != NEVER) {
			assert_int_equal(expiry_watch_touch(&site->job, NULL), 0);
			site_clock(site, cases[i].age);
		}
		check_int(label, expiry_is_watched(&site->job), cases[i].want_watched);
		check_int(label, expiry_is_late(&site->job), cases[i].want_late);
	}
}

static void touching_dates_it(void **state)
{
	struct site *site = *state;
	char path[SCRATCH_PATH];

	scratch_path(&site->scratch, "state/expired", path);
	for (long now = 0; now < 3; now++) {
		site_clock(site, now);
		check_int("touch", expiry_watch_touch(&site->job, NULL), 0);
		check_int("time", scratch_stat(path).st_mtime, SITE_NOW + now);
		check_int("mode", scratch_stat(path).st_mode & 07777, 0644);
	}
}

static void a_planted_link_is_not_followed(void **state)
{
	struct site *site = *state;
	char path[SCRATCH_PATH], target[SCRATCH_PATH];
	struct why why = { 0 };

	scratch_path(&site->scratch, "target", target);
	scratch_write(target, "", 0);
	scratch_date(target, 1);
	assert_int_equal(
		symlink(target, scratch_path(&site->scratch, "state/expired", path)), 0);
	check_int("touch", expiry_watch_touch(&site->job, &why), -ELOOP);
	check_contains("touch", why.text, "expired");
	check_int("target", scratch_stat(target).st_mtime, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(the_last_run_tells),
		AT_SITE(touching_dates_it),
		AT_SITE(a_planted_link_is_not_followed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
