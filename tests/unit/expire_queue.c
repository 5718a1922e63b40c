/* SPDX-License-Identifier: BSD-2-Clause */
/* What the path unit runs. */
#include "core/expire.h"

#include "site.h"

#include "core/complaint.h"
#include "core/expiry_watch.h"

#include <errno.h>
#include <unistd.h>

#define A "192.0.2.7"
#define B "192.0.2.8"
#define HIS "10=REJECT\n"

static void the_path_unit_commits_the_queue(void **state)
{
	struct site *site = site_sealed(state, A, NULL);
	struct commit_result result = { 0 };
	struct why why = { 0 };

	assert_int_equal(expiry_watch_touch(&site->job, NULL), 0);
	site_clock(site, 60);
	site_lease(site, LEASE_PENDING, B, 60);
	check_int("queue", expire_commit_queue(&site->job, &result, &why), 0);
	check_where("queue", site, B, "active");
	check_table("queue", site, HIS OURS(A) OURS(B) MARKER(A) MARKER(B));
	check_int("inserted", result.inserted, 1);
	check_told("queue", site, "inserted " B "\n");
}

/* The timer runs each minute. When it is late, whoever commits ends what has lapsed. */
static void a_late_timer_is_stood_in_for(void **state)
{
	static const struct {
		const char *label;
		long timer; /* its last run */
		const char *want_where;
	} cases[] = {
		{ "in time", 840, "active" },
		{ "late", 800, "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct site *site = site_sealed(state, A, NULL);
		struct commit_result result = { 0 };
		struct why why = { 0 };
		char path[SCRATCH_PATH];

		site_clock(site, cases[i].timer);
		assert_int_equal(expiry_watch_touch(&site->job, NULL), 0);
		site_clock(site, 900);
		check_int(cases[i].label, expire_commit_queue(&site->job, &result, &why),
			  0);
		check_where(cases[i].label, site, A, cases[i].want_where);
		/* But it is no run of the timer. */
		check_int(
			cases[i].label,
			scratch_stat(scratch_path(&site->scratch, "state/expired", path))
				.st_mtime,
			SITE_NOW + cases[i].timer);
		site_clock(site, 0);
	}
}

static void a_failed_commit_silences_the_bell(void **state)
{
	struct site *site = site_sealed(state, A, NULL);
	struct commit_result result = { 0 };
	struct why why = { 0 };

	assert_int_equal(expiry_watch_touch(&site->job, NULL), 0);
	site_lease(site, LEASE_PENDING, B, 0);
	assert_int_equal(unlink(site->settings.map_path), 0);
	check_int("missing", expire_commit_queue(&site->job, &result, &why), -ENOENT);
	check_contains("missing", why.text, "cannot open the table");
	check_true("bell", lease_folder_empty(&site->leases, LEASE_PENDING));
	check_where("waits for the timer", site, B, "deferred");
	check_true("complaint",
		   complaint_withdraw(site->settings.run_dir, COMPLAINT_MAP));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(the_path_unit_commits_the_queue),
		AT_SITE(a_late_timer_is_stood_in_for),
		AT_SITE(a_failed_commit_silences_the_bell),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
