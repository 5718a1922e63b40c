/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/expire.h"

#include "site.h"

#include "base/deadline.h"
#include "core/commit_lock.h"
#include "core/complaint.h"
#include "core/expiry_watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define A "192.0.2.7"
#define B "192.0.2.8"
#define HIS "10=REJECT\n"
#define DAY 86400

static const struct pair his[] = { { "10", "REJECT" }, { NULL, NULL } };

static void check_expire(const char *label, const struct site *site, int want)
{
	struct commit_result result = { 0 };
	struct why why = { 0 };

	check_int(label, expire(&site->job, &result, &why), want);
}

static void what_is_due_ends(void **state)
{
	struct site *site = site_sealed(state, A, B);
	const struct client_address b = site_client(B);

	site_clock(site, 899);
	check_expire("not yet", site, 0);
	check_where("not yet", site, A, "active");
	site_clock(site, 600);
	assert_int_equal(lease_touch(&site->leases, LEASE_ACTIVE, &b, site->job.now), 0);
	site_clock(site, 900);
	check_expire("due", site, 0);
	check_where("due", site, A, "");
	check_where("renewed", site, B, "active");
	check_table("due", site, HIS OURS(B) MARKER(B));
	check_told("due", site, "removed " A "\n");
	check_seal("due", site, 1);
	check_tidy("due", site);
}

static const struct {
	const char *label;
	long until, clock;
	bool want_active;
} until_cases[] = {
	{ "its own end is later", 7200, 901, true },
	{ "just before", 7200, 7199, true },
	{ "its own end", 7200, 7200, false },
	{ "an end within the lifetime does not count", 60, 899, true },
	{ "then the lifetime does", 60, 900, false },
};

static void an_end_of_its_own_counts(void **state)
{
	struct site *site = *state;

	for (size_t i = 0; i < COUNT(until_cases); i++) {
		const struct client_address client = site_client(A);
		const char *label = until_cases[i].label;
		struct lease lease;

		site_clock(site, 0);
		site_table(site, his);
		(void)lease_unlink(&site->leases, LEASE_ACTIVE, &client);
		lease_make(&lease, &client, "horn", "sapdb", site->job.now);
		lease.until = SITE_NOW + until_cases[i].until;
		assert_int_equal(lease_create(&site->leases, LEASE_ACTIVE, &lease, NULL),
				 0);
		site_clock(site, until_cases[i].clock);
		check_int(label, expire_is_due(&site->job, &lease),
			  !until_cases[i].want_active);
		check_expire(label, site, 0);
		check_where(label, site, A, until_cases[i].want_active ? "active" : "");
	}
}

static void what_a_crash_left_in_ending_is_finished(void **state)
{
	static const struct {
		const char *label;
		long login, clock;
		bool also_active;
		const char *want_where;
	} cases[] = {
		{ "due", 0, 900, false, "" },
		{ "renewed meanwhile", 600, 900, false, "active" },
		{ "active, too", 600, 900, true, "active" },
		{ "revoked", -SITE_NOW, 900, false, "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct site *site = site_sealed(state, A, NULL);
		const struct client_address client = site_client(A);
		const char *label = cases[i].label;

		assert_int_equal(
			lease_move(&site->leases, LEASE_ACTIVE, LEASE_ENDING, &client),
			0);
		site_lease(site, LEASE_ENDING, A, cases[i].login);
		if (cases[i].also_active)
			site_lease(site, LEASE_ACTIVE, A, cases[i].login);
		site_clock(site, cases[i].clock);
		check_expire(label, site, 0);
		check_where(label, site, A, cases[i].want_where);
		check_table(label, site,
			    *cases[i].want_where ? HIS OURS(A) MARKER(A) : HIS);
		check_seal(label, site, *cases[i].want_where ? 1 : 0);
		(void)lease_unlink(&site->leases, LEASE_ACTIVE, &client);
		site_clock(site, 0);
	}
}

/* Dated in the future by a clock that was wrong: it does not live for ever. */
static void a_login_in_the_future_is_now(void **state)
{
	struct site *site = site_sealed(state, A, NULL);

	site_lease(site, LEASE_ACTIVE, A, 100L * 365 * DAY);
	check_expire("set back", site, 0);
	check_where("set back", site, A, "active");
	check_int("set back", site_login(site, LEASE_ACTIVE, A), 0);
	site_clock(site, 900);
	check_expire("due", site, 0);
	check_where("due", site, A, "");
	check_table("due", site, HIS);
}

/* Nothing to do: no library is loaded, no table opened, nothing is told. */
static void an_idle_run_opens_nothing(void **state)
{
	struct site *site = site_sealed(state, A, NULL);
	char path[SCRATCH_PATH];

	const ino_t before = site_inode(site);
	site_set(site, "backend_dir", "/nowhere");
	site_clock(site, 60);
	check_expire("idle", site, 0);
	check_told("idle", site, "");
	check_int("table", site_inode(site), before);
	check_int("dated",
		  scratch_stat(scratch_path(&site->scratch, "state/expired", path))
			  .st_mtime,
		  SITE_NOW + 60);
}

/* Each of these makes the run look: without a backend, that is an error. */
static void a_run_that_is_not_idle_looks(void **state)
{
	static const struct {
		const char *label, *path;
	} cases[] = {
		{ "a leftover copy", "mail/.access.db.pam_sap" },
		{ "junk in pending", "state/pending/x" },
		{ "junk in deferred", "state/deferred/x" },
		{ "a note", "state/commit.lock" },
	};
	struct site *site = site_sealed(state, A, NULL);
	char path[SCRATCH_PATH];

	site_set(site, "backend_dir", "/nowhere");
	for (size_t i = 0; i < COUNT(cases); i++) {
		scratch_write(scratch_path(&site->scratch, cases[i].path, path), "x", 1);
		check_expire(cases[i].label, site, -EPROTONOSUPPORT);
		(void)unlink(path);
	}
	site_lease(site, LEASE_ACTIVE, B, 0);
	check_expire("another number of leases", site, -EPROTONOSUPPORT);
}

static void a_replaced_table_is_healed(void **state)
{
	struct site *site = site_sealed(state, A, NULL);

	site_table(site, his);
	site_lease(site, LEASE_SETTLED, B, 0);
	check_expire("replaced", site, 0);
	check_table("replaced", site, HIS OURS(A) MARKER(A));
	check_told("replaced", site, "healed 1 put back, 0 without a lease removed\n");
	check_where("settled is emptied", site, B, "");
}

/* The number tells what the seal alone does not: a lease went without a commit. */
static void a_lost_lease_is_noticed(void **state)
{
	struct site *site = site_sealed(state, A, B);

	assert_int_equal(lease_empty(&site->leases, LEASE_ACTIVE, NULL), 0);
	check_expire("lost", site, 0);
	check_table("lost", site, HIS);
	check_told("lost", site, "healed 0 put back, 2 without a lease removed\n");
}

static void what_waits_is_taken_along(void **state)
{
	struct site *site = site_sealed(state, A, NULL);

	site_clock(site, 900);
	site_lease(site, LEASE_DEFERRED, B, 880);
	site_lease(site, LEASE_PENDING, "192.0.2.9", 890);
	check_expire("one commit", site, 0);
	check_table("one commit", site,
		    HIS OURS(B) OURS("192.0.2.9") MARKER(B) MARKER("192.0.2.9"));
	check_where("due", site, A, "");
}

/* Nobody can read who holds it, but when he came last can be read. */
static void a_spoilt_lease_ends_by_its_time(void **state)
{
	struct site *site = site_sealed(state, A, NULL);
	char path[SCRATCH_PATH];

	scratch_write(scratch_path(&site->scratch, "state/active/" A, path), "", 0);
	scratch_date(path, SITE_NOW);
	site_clock(site, 899);
	check_expire("not yet", site, 0);
	check_where("not yet", site, A, "active");
	site_clock(site, 900);
	check_expire("due", site, 0);
	check_where("due", site, A, "");
	check_table("due", site, HIS);
}

static void a_failed_run_defers_and_says_why(void **state)
{
	struct site *site = site_sealed(state, A, NULL);
	struct commit_result result = { 0 };
	struct why why = { 0 };

	site_clock(site, 900);
	site_lease(site, LEASE_PENDING, B, 890);
	site_set(site, "backend_dir", getenv("SAP_FAIL_BACKEND"));
	strcpy(site->settings.map_type, "fail");
	check_int("first", expire(&site->job, &result, &why), -EIO);
	check_contains("first", why.text, "the failing backend");
	check_false("news", result.known_failure);
	check_where("waiting", site, B, "deferred");
	check_where("due", site, A, "ending");
	check_told("first", site, "");
	check_true("the timer has done its work", expiry_is_watched(&site->job));
	check_int("again", expire(&site->job, &result, &why), -EIO);
	check_true("no news", result.known_failure);

	strcpy(site->settings.map_type, "hash");
	site_set(site, "backend_dir", getenv("SAP_BACKENDS"));
	check_expire("mended", site, 0);
	check_table("mended", site, HIS OURS(B) MARKER(B));
	check_where("mended", site, A, "");
	check_where("mended", site, B, "active");
}

static void it_does_not_wait_for_another_commit(void **state)
{
	struct site *site = site_sealed(state, A, NULL);
	struct commit_lock lock = { .fd = -1 };

	site_clock(site, 900);
	assert_int_equal(
		commit_lock_take(&site->leases, deadline_in(0), NULL, &lock, NULL), 0);
	check_expire("held", site, -ETIMEDOUT);
	check_where("held", site, A, "active");
	commit_lock_release(&lock);
}

static void a_good_run_withdraws_complaints(void **state)
{
	static const enum complaint_topic topics[] = { COMPLAINT_MAP, COMPLAINT_EXPIRY,
						       COMPLAINT_FULL, COMPLAINT_STATE,
						       COMPLAINT_SERVICE };
	struct site *site = site_sealed(state, A, NULL);
	const char *run_dir = site->settings.run_dir;

	for (size_t i = 0; i < COUNT(topics); i++)
		(void)complaint_make(run_dir, topics[i], "x");
	check_expire("idle", site, 0);
	for (size_t i = 0; i < COUNT(topics); i++)
		check_false("withdrawn", complaint_withdraw(run_dir, topics[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(what_is_due_ends),
		AT_SITE(an_end_of_its_own_counts),
		AT_SITE(what_a_crash_left_in_ending_is_finished),
		AT_SITE(a_login_in_the_future_is_now),
		AT_SITE(an_idle_run_opens_nothing),
		AT_SITE(a_run_that_is_not_idle_looks),
		AT_SITE(a_replaced_table_is_healed),
		AT_SITE(a_lost_lease_is_noticed),
		AT_SITE(what_waits_is_taken_along),
		AT_SITE(a_spoilt_lease_ends_by_its_time),
		AT_SITE(a_failed_run_defers_and_says_why),
		AT_SITE(it_does_not_wait_for_another_commit),
		AT_SITE(a_good_run_withdraws_complaints),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
