/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/commit.h"

#include "site.h"

#include "base/cleanup.h"
#include "base/deadline.h"
#include "core/commit_lock.h"
#include "core/complaint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define A "192.0.2.7"
#define MANY 60
#define HIS "10=REJECT\n"

static const struct pair his[] = { { "10", "REJECT" }, { NULL, NULL } };
static const struct commit_order queue = { .with_ending = false };
static const struct commit_order all = { .with_ending = true };

static void many_are_one_exchange(void **state)
{
	struct site *site = *state;
	struct commit_result result = { 0 };
	char address[64];

	site_table(site, his);
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(address, sizeof(address),
			       i % 2 ? "192.0.2.%d" : "2001:db8::%d", i);
		site_lease(site, i % 5 ? LEASE_PENDING : LEASE_DEFERRED, address, 0);
	}
	cleanup_fd int before = open(site->settings.map_path, O_RDONLY | O_CLOEXEC);
	const struct stat old = scratch_stat(site->settings.map_path);
	struct stat retired;
	check_int("commit", site_commit(site, queue, &result, NULL), 0);
	check_int("inserted", result.inserted, MANY);
	check_true("exchanged", result.exchanged);
	check_int("active", lease_count(&site->leases, LEASE_ACTIVE, NULL), MANY);
	check_true("pending", lease_folder_empty(&site->leases, LEASE_PENDING));
	check_true("deferred", lease_folder_empty(&site->leases, LEASE_DEFERRED));
	check_seal("seal", site, MANY);
	check_tidy("tidy", site);
	/* A second exchange would have raised the time of the table. */
	assert_int_equal(fstat(before, &retired), 0);
	check_int("retired", retired.st_nlink, 0);
	check_int("time", scratch_stat(site->settings.map_path).st_mtim.tv_nsec,
		  old.st_mtim.tv_nsec);
}

static void nothing_waits_nothing_is_changed(void **state)
{
	struct site *site = *state;
	struct commit_result result = { 0 };

	site_table(site, his);
	const ino_t before = site_inode(site);
	check_int("not sealed", site_commit(site, all, &result, NULL), 0);
	check_false("not sealed", result.exchanged);
	check_seal("now it is", site, 0);
	check_int("sealed", site_commit(site, all, &result, NULL), 0);
	check_false("sealed", result.exchanged);
	check_int("table", site_inode(site), before);
	check_told("nothing", site, "");
}

#define IN(folder) (1U << LEASE_##folder)

/* What a crash at any step leaves: one client, its folders, its records. */
static const struct {
	const char *label;
	unsigned in;
	bool record, sealed, with_ending;
	const char *want_where, *want_told;
	bool want_record;
} crashes[] = {
	{ "before the exchange", IN(PENDING), false, true, true, "active",
	  "inserted " A "\n", true },
	{ "record there, lease still pending", IN(PENDING), true, false, true, "active",
	  "inserted " A "\n", true },
	{ "record there, sealed, lease still pending", IN(PENDING), true, true, true,
	  "active", "inserted " A "\n", true },
	{ "pending and deferred", IN(PENDING) | IN(DEFERRED), false, true, false,
	  "active", "inserted " A "\n", true },
	{ "pending and active", IN(PENDING) | IN(ACTIVE), true, true, false, "active", "",
	  true },
	{ "pending and settled, no longer decided", IN(PENDING) | IN(SETTLED), false,
	  true, false, "active", "inserted " A "\n", true },
	{ "ending and pending", IN(ENDING) | IN(PENDING), true, true, true, "active",
	  "inserted " A "\n", true },
	{ "ending and deferred", IN(ENDING) | IN(DEFERRED), true, true, true, "active",
	  "inserted " A "\n", true },
	{ "ending and active", IN(ENDING) | IN(ACTIVE), true, true, true, "active", "",
	  true },
	{ "ending", IN(ENDING), true, true, true, "", "removed " A "\n", false },
	{ "ending, not sealed", IN(ENDING), true, false, true, "", "removed " A "\n",
	  false },
	{ "ending, record gone already", IN(ENDING), false, true, true, "",
	  "removed " A "\n", false },
};

static void a_crash_is_finished(void **state)
{
	static const struct pair ours[] = { { "10", "REJECT" },
					    { A, "RELAY" },
					    { "SAP:" A, "DUNNO pam_sap " A " RELAY" },
					    { NULL, NULL } };
	struct site *site = *state;

	for (size_t i = 0; i < COUNT(crashes); i++) {
		const char *label = crashes[i].label;

		/* Sealed with what the table shows at the time. */
		for (enum lease_folder folder = 0; folder < LEASE_FOLDERS; folder++)
			assert_int_equal(lease_empty(&site->leases, folder, NULL), 0);
		site_table(site, crashes[i].record ? ours : his);
		if (crashes[i].record)
			site_lease(site, LEASE_ACTIVE, A, 0);
		if (crashes[i].sealed)
			site_seal(site);
		assert_int_equal(lease_empty(&site->leases, LEASE_ACTIVE, NULL), 0);
		for (enum lease_folder folder = 0; folder < LEASE_FOLDERS; folder++)
			if (crashes[i].in & 1U << folder)
				site_lease(site, folder, A, 0);

		check_int(label,
			  site_commit(site, crashes[i].with_ending ? all : queue, NULL,
				      NULL),
			  0);
		check_where(label, site, A, crashes[i].want_where);
		check_told(label, site, crashes[i].want_told);
		check_table(label, site,
			    crashes[i].want_record ? HIS OURS(A) MARKER(A) : HIS);
		check_seal(label, site, crashes[i].want_record ? 1 : 0);
		check_tidy(label, site);
	}
}

static void ending_is_left_to_the_timer(void **state)
{
	struct site *site = *state;

	site_table(site, his);
	site_lease(site, LEASE_ACTIVE, A, 0);
	site_seal(site);
	const struct client_address client = site_client(A);
	assert_int_equal(lease_move(&site->leases, LEASE_ACTIVE, LEASE_ENDING, &client),
			 0);
	check_int("commit", site_commit(site, queue, NULL, NULL), 0);
	check_where("commit", site, A, "ending");
	check_table("commit", site, HIS OURS(A) MARKER(A));
	/* Nor is it lost when a request of the same client lapses. */
	site_lease(site, LEASE_PENDING, A, -900);
	check_int("lapsed", site_commit(site, queue, NULL, NULL), 0);
	check_where("lapsed", site, A, "ending");
}

static void the_later_login_counts(void **state)
{
	struct site *site = *state;

	site_table(site, his);
	site_lease(site, LEASE_ACTIVE, A, 0);
	site_lease(site, LEASE_PENDING, A, 200);
	site_clock(site, 200);
	check_int("commit", site_commit(site, queue, NULL, NULL), 0);
	check_true("renewed", site_login(site, LEASE_ACTIVE, A) >= 200);
}

static const struct {
	const char *label;
	long login;
	const char *want_where, *want_told;
} queued[] = {
	{ "in time", -899, "active", "inserted " A "\n" },
	{ "too old", -900, "", "lapsed " A "\n" },
	{ "much too old", -100000, "", "lapsed " A "\n" },
	{ "from the future", 5000, "active", "inserted " A "\n" },
};

static void the_queue_holds_only_what_lives(void **state)
{
	struct site *site = *state;

	for (size_t i = 0; i < COUNT(queued); i++) {
		assert_int_equal(lease_empty(&site->leases, LEASE_ACTIVE, NULL), 0);
		site_table(site, his);
		site_lease(site, LEASE_PENDING, A, queued[i].login);
		check_int(queued[i].label, site_commit(site, queue, NULL, NULL), 0);
		check_where(queued[i].label, site, A, queued[i].want_where);
		check_told(queued[i].label, site, queued[i].want_told);
	}
	check_int("the future is now", site_login(site, LEASE_ACTIVE, A), 0);
}

static void junk_is_told_and_removed(void **state)
{
	static const char *const names[] = { "state/pending/x", ("state/pending/" A),
					     "state/deferred/y" };
	struct site *site = *state;
	char path[SCRATCH_PATH];

	site_table(site, his);
	for (size_t i = 0; i < COUNT(names); i++)
		scratch_write(scratch_path(&site->scratch, names[i], path), "", 0);
	site_lease(site, LEASE_PENDING, "192.0.2.8", 0);
	check_int("commit", site_commit(site, queue, NULL, NULL), 0);
	/* One line a folder; which of the two is the first, the folder decides. */
	check_contains("told", site->told, "junk heap 2 files in pending/, the first '");
	check_contains("told", site->told, "junk deferred/y\n");
	for (size_t i = 0; i < COUNT(names); i++)
		check_int(names[i],
			  access(scratch_path(&site->scratch, names[i], path), F_OK), -1);
	check_table("the lease", site, HIS OURS("192.0.2.8") MARKER("192.0.2.8"));
}

static void no_more_than_max_leases(void **state)
{
	struct site *site = *state;
	struct commit_result result = { 0 };

	site_table(site, his);
	site_set(site, "max_leases", "2");
	for (int i = 1; i <= 3; i++) {
		char address[32];
		(void)snprintf(address, sizeof(address), "192.0.2.%d", i);
		site_lease(site, LEASE_PENDING, address, 0);
	}
	check_int("commit", site_commit(site, queue, &result, NULL), 0);
	check_int("inserted", result.inserted, 2);
	check_int("active", lease_count(&site->leases, LEASE_ACTIVE, NULL), 2);
	check_true("queue", lease_folder_empty(&site->leases, LEASE_PENDING));
	check_contains("told", site->told, "full 192.0.2.");
	check_seal("seal", site, 2);
}

static void what_a_dead_writer_left_goes(void **state)
{
	struct site *site = *state;
	char copy[SCRATCH_PATH];

	site_table(site, his);
	scratch_write(scratch_path(&site->scratch, "mail/.access.db.pam_sap", copy),
		      "half a table", 12);
	site_lease(site, LEASE_PENDING, A, 0);
	check_int("commit", site_commit(site, queue, NULL, NULL), 0);
	check_table("commit", site, HIS OURS(A) MARKER(A));
	check_tidy("tidy", site);
}

static void idle_is_idle(void **state)
{
	struct site *site = *state;
	struct commit_lock lock = { .fd = -1 };
	char copy[SCRATCH_PATH];

	site_table(site, his);
	assert_int_equal(
		commit_lock_take(&site->leases, deadline_in(0), NULL, &lock, NULL), 0);
	check_true("nothing", commit_is_idle(&site->job, &lock));
	scratch_write(scratch_path(&site->scratch, "mail/.access.db.pam_sap", copy), "",
		      0);
	check_false("a copy", commit_is_idle(&site->job, &lock));
	assert_int_equal(unlink(copy), 0);
	assert_int_equal(pwrite(lock.fd, "x", 1, 0), 1);
	check_false("a note", commit_is_idle(&site->job, &lock));
	assert_int_equal(ftruncate(lock.fd, 0), 0);
	site_lease(site, LEASE_DEFERRED, A, 0);
	check_false("deferred", commit_is_idle(&site->job, &lock));
	assert_int_equal(lease_empty(&site->leases, LEASE_DEFERRED, NULL), 0);
	site_lease(site, LEASE_PENDING, A, 0);
	check_false("pending", commit_is_idle(&site->job, &lock));
	commit_lock_release(&lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(many_are_one_exchange),
		AT_SITE(nothing_waits_nothing_is_changed),
		AT_SITE(a_crash_is_finished),
		AT_SITE(ending_is_left_to_the_timer),
		AT_SITE(the_later_login_counts),
		AT_SITE(the_queue_holds_only_what_lives),
		AT_SITE(junk_is_told_and_removed),
		AT_SITE(no_more_than_max_leases),
		AT_SITE(what_a_dead_writer_left_goes),
		AT_SITE(idle_is_idle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
