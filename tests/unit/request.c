/* SPDX-License-Identifier: BSD-2-Clause */
/* A login whose request cannot be fulfilled at once: nothing is lost, it is said once. */
#include "core/request.h"

#include "site.h"

#include "base/cleanup.h"
#include "base/deadline.h"
#include "core/commit_lock.h"
#include "core/complaint.h"
#include "core/expiry_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define A "192.0.2.7"
#define B "192.0.2.8"
#define HIS "10=REJECT\n"

static const struct pair his[] = { { "10", "REJECT" }, { NULL, NULL } };

static void check_login(const char *label, struct site *site, const char *address,
			int want, const char *want_why)
{
	const struct client_address client = site_client(address);
	struct lease lease;
	struct why why = { 0 };

	lease_make(&lease, &client, "horn", "dovecot", site->job.now);
	check_int(label, grant(&site->job, &lease, &client, &why), want);
	if (*want_why)
		check_contains(label, why.text, want_why);
	else
		check_text(label, why.text, "");
}

static struct site *site_of(void **state)
{
	struct site *site = *state;

	site_table(site, his);
	assert_int_equal(expiry_watch_touch(&site->job, NULL), 0);
	return site;
}

/* As if the last failure was so many seconds ago. */
static void date_trouble(const struct site *site, long age)
{
	char path[SCRATCH_PATH];

	(void)complaint_make(site->settings.run_dir, COMPLAINT_MAP, "no disk");
	scratch_date(scratch_path(&site->scratch, "run/complaint-map", path),
		     site->job.now.tv_sec - age);
}

static void a_rebuild_is_not_waited_for_longer(void **state)
{
	struct site *site = site_of(state);
	cleanup_fd int rebuilder = open(site->settings.map_path, O_RDWR | O_CLOEXEC);

	assert_int_equal(flock(rebuilder, LOCK_EX), 0);
	check_login("busy", site, A, GRANT_WAITING, "");
	check_where("busy", site, A, "pending");
	check_told("busy", site, "");
	assert_int_equal(flock(rebuilder, LOCK_UN), 0);
	check_login("free", site, B, GRANT_OPENED, "");
	check_where("free: the other one too", site, A, "active");
	check_table("both", site, HIS OURS(A) OURS(B) MARKER(A) MARKER(B));
}

static void another_commit_is_not_waited_for_longer(void **state)
{
	struct site *site = site_of(state);
	struct commit_lock lock = { .fd = -1 };

	assert_int_equal(
		commit_lock_take(&site->leases, deadline_in(0), NULL, &lock, NULL), 0);
	check_login("held", site, A, GRANT_WAITING, "");
	check_where("held", site, A, "pending");
	commit_lock_release(&lock);
	check_login("again", site, A, GRANT_OPENED, "");
}

/* A table that is touched costs a known client a commit; somebody holds the lock. */
static void a_known_client_asks_for_a_commit(void **state)
{
	struct site *site = site_of(state);
	struct commit_lock lock = { .fd = -1 };

	check_login("new", site, A, GRANT_OPENED, "");
	site_table(site, his);
	assert_int_equal(
		commit_lock_take(&site->leases, deadline_in(0), NULL, &lock, NULL), 0);
	check_login("held", site, A, GRANT_WAITING, "");
	check_where("held", site, A, "active pending");
	commit_lock_release(&lock);
	check_login("again", site, A, GRANT_RENEWED, "");
	check_where("again", site, A, "active");
	check_table("again", site, HIS OURS(A) MARKER(A));
}

static void a_missing_table_is_said_once(void **state)
{
	struct site *site = site_of(state);

	assert_int_equal(unlink(site->settings.map_path), 0);
	check_login("first", site, A, GRANT_WAITING, "cannot open the table");
	check_where("first", site, A, "pending");
	check_login("second", site, B, GRANT_WAITING, "");
	check_where("second", site, B, "pending");
	check_told("nothing happened", site, "");
	check_int("not made", access(site->settings.map_path, F_OK), -1);
}

static void while_there_is_trouble_the_bell_is_not_rung(void **state)
{
	struct site *site = site_of(state);

	date_trouble(site, 60);
	check_login("trouble", site, A, GRANT_DEFERRED, "");
	check_where("trouble", site, A, "deferred");
	check_table("trouble", site, HIS);
	date_trouble(site, 91);
	check_login("long ago", site, B, GRANT_OPENED, "");
	check_where("the deferred one goes along", site, A, "active");
	check_table("both", site, HIS OURS(A) OURS(B) MARKER(A) MARKER(B));
	check_false("withdrawn",
		    complaint_withdraw(site->settings.run_dir, COMPLAINT_MAP));
}

static void a_known_client_in_trouble_stays_active(void **state)
{
	struct site *site = site_of(state);

	check_login("new", site, A, GRANT_OPENED, "");
	site_table(site, his);
	date_trouble(site, 0);
	site_clock(site, 30);
	check_login("trouble", site, A, GRANT_DEFERRED, "");
	check_where("trouble", site, A, "active");
	check_int("renewed", site_login(site, LEASE_ACTIVE, A), 30);
}

static void with_the_failing_backend_no_lease_is_lost(void **state)
{
	struct site *site = site_of(state);

	site_set(site, "backend_dir", getenv("SAP_FAIL_BACKEND"));
	strcpy(site->settings.map_type, "fail");
	check_login("new", site, A, GRANT_WAITING, "the failing backend");
	check_where("new", site, A, "pending");
	check_login("second", site, B, GRANT_WAITING, "");
	check_where("second", site, B, "pending");
	site_lease(site, LEASE_ACTIVE, "192.0.2.9", 0);
	check_login("known", site, "192.0.2.9", GRANT_WAITING, "");
	check_where("known", site, "192.0.2.9", "active pending");
	check_table("table", site, HIS);
}

/* Which is not that somebody else wrote the table. */
static void a_damaged_filesystem_is_named(void **state)
{
	struct site *site = site_of(state);

	site_set(site, "backend_dir", getenv("SAP_FAIL_BACKEND"));
	strcpy(site->settings.map_type, "fail");
	assert_int_equal(setenv("SAP_FAIL_ERRNO", "117", 1), 0); /* EUCLEAN */
	check_login("new", site, A, GRANT_WAITING,
		    "the failing backend: Structure needs");
	assert_int_equal(unsetenv("SAP_FAIL_ERRNO"), 0);
}

/* To a guest. Who has asked by hand is told each time. */
static void a_lease_that_cannot_be_written_is_said_once(void **state)
{
	struct site *site = site_of(state);
	char path[SCRATCH_PATH];

	assert_int_equal(rmdir(scratch_path(&site->scratch, "state/pending", path)), 0);
	site->job.guest = true;
	check_login("first", site, A, -ENOENT, "/state/pending: No such");
	check_login("second", site, A, -ENOENT, "");
	site->job.guest = false;
	check_login("by hand", site, A, -ENOENT, "/state/pending: No such");
}

/* Nobody watches the queue: whoever comes now does not wait for it. */
static void a_stuck_queue_makes_nobody_wait(void **state)
{
	struct site *site = site_of(state);
	cleanup_fd int rebuilder = open(site->settings.map_path, O_RDWR | O_CLOEXEC);
	const struct timespec late = deadline_in(5000);

	site_lease(site, LEASE_PENDING, "192.0.2.1", -60);
	assert_int_equal(flock(rebuilder, LOCK_EX), 0);
	site->job.deadline = deadline_in(60000);
	check_login("stuck", site, A, GRANT_WAITING, "");
	check_false("at once", deadline_passed(late));
	check_where("stuck", site, A, "pending");
}

/* A login among others' tables: whatever is not as we left it is left alone. */
static void a_guest_leaves_a_foreign_table_to_sapdb(void **state)
{
	struct site *site = site_of(state);

	site->job.guest = true;
	const ino_t before = site_inode(site);
	check_login("never sealed", site, A, GRANT_WAITING, "");
	check_where("never sealed", site, A, "pending");
	check_table("never sealed", site, HIS);
	check_int("no commit", site_inode(site), before);
	check_seal("never sealed", site, -1);

	site_seal(site);
	check_table("sapdb came", site, HIS OURS(A) MARKER(A));
	check_login("sealed", site, B, GRANT_OPENED, "");
	check_login("sealed, known", site, A, GRANT_RENEWED, "");
	site_table(site, his);
	check_login("rebuilt, known", site, A, GRANT_WAITING, "");
	check_where("rebuilt, known", site, A, "active pending");
	check_table("rebuilt", site, HIS);
	site_seal(site);
	check_where("rebuilt, known", site, A, "active");
	check_table("healed", site, HIS OURS(A) OURS(B) MARKER(A) MARKER(B));
	check_login("healed", site, A, GRANT_RENEWED, "");
}

static void that_sapdb_does_not_come_is_said_once(void **state)
{
	struct site *site = site_of(state);
	struct commit_lock lock = { .fd = -1 };

	site->job.guest = true;
	site_lease(site, LEASE_PENDING, "192.0.2.1", -60);
	assert_int_equal(
		commit_lock_take(&site->leases, deadline_in(0), NULL, &lock, NULL), 0);
	check_login("it is at work", site, B, GRANT_WAITING, "");
	commit_lock_release(&lock);
	check_login("stuck", site, A, GRANT_WAITING, "start pam_sap-commit.path");
	check_login("once", site, B, GRANT_WAITING, "");
	check_where("no trouble: the bell is rung", site, B, "pending");
	/* And whoever waited for it in vain says so without another that waited before.
	 */
	assert_true(complaint_withdraw(site->settings.run_dir, COMPLAINT_SERVICE));
	site_seal(site);
	site_table(site, his);
	site->job.deadline = deadline_in(50);
	check_login("waited", site, "192.0.2.9", GRANT_WAITING, "start pam_sap");
}

/* Not even the folder of our own table. */
static void a_guest_makes_no_table(void **state)
{
	struct site *site = site_of(state);
	char path[SCRATCH_PATH];

	site->job.guest = true;
	(void)scratch_path(&site->scratch, "state/map/own.db", site->settings.map_path);
	check_login("no folder", site, A, GRANT_WAITING, "");
	assert_int_equal(mkdir(scratch_path(&site->scratch, "state/map", path), 0755), 0);
	check_login("none", site, A, GRANT_WAITING, "");
	check_int("not made", access(site->settings.map_path, F_OK), -1);
	site_seal(site);
	check_table("sapdb makes it", site, OURS(A) MARKER(A));
}

static void who_may_commit_is_asked_of_the_folder(void **state)
{
	struct site *site = site_of(state);
	char path[SCRATCH_PATH];

	check_true("own folder", request_may_commit_here(&site->settings));
	site_set(site, "map", "hash:/nowhere/access.db");
	check_false("no folder", request_may_commit_here(&site->settings));
	(void)scratch_path(&site->scratch, "state/map/own.db", site->settings.map_path);
	check_true("our own, not made yet", request_may_commit_here(&site->settings));
	if (geteuid() == 0)
		return; /* root may everywhere */
	site_set(site, "map", "hash:/access.db");
	check_false("the root folder", request_may_commit_here(&site->settings));
	assert_int_equal(chmod(scratch_path(&site->scratch, "mail", path), 0500), 0);
	site_set(site, "map", scratch_path(&site->scratch, "mail/access.db", path));
	check_false("read only", request_may_commit_here(&site->settings));
	assert_int_equal(chmod(scratch_path(&site->scratch, "mail", path), 0700), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(a_rebuild_is_not_waited_for_longer),
		AT_SITE(another_commit_is_not_waited_for_longer),
		AT_SITE(a_known_client_asks_for_a_commit),
		AT_SITE(a_missing_table_is_said_once),
		AT_SITE(while_there_is_trouble_the_bell_is_not_rung),
		AT_SITE(a_known_client_in_trouble_stays_active),
		AT_SITE(with_the_failing_backend_no_lease_is_lost),
		AT_SITE(a_damaged_filesystem_is_named),
		AT_SITE(a_lease_that_cannot_be_written_is_said_once),
		AT_SITE(a_stuck_queue_makes_nobody_wait),
		AT_SITE(a_guest_leaves_a_foreign_table_to_sapdb),
		AT_SITE(that_sapdb_does_not_come_is_said_once),
		AT_SITE(a_guest_makes_no_table),
		AT_SITE(who_may_commit_is_asked_of_the_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
