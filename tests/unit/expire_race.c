/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/expire.h looks for what is due without a lock. What happens before it has the
 * lock is played here: the linker puts __wrap_commit_lock_take in the way of it. And a
 * disk that does not let go of a lease, by __wrap_lease_move.
 */
#include "core/expire.h"

#include "site.h"

#include "core/commit_lock.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define A "192.0.2.7"
#define B "192.0.2.8"
#define HIS "10=REJECT\n"

int __real_commit_lock_take(const struct lease_dir *dir, struct timespec deadline,
			    const struct lock_interest *interest, struct commit_lock *ret,
			    struct why *why);
int __wrap_commit_lock_take(const struct lease_dir *dir, struct timespec deadline,
			    const struct lock_interest *interest, struct commit_lock *ret,
			    struct why *why);

/* What comes in between, once. */
static struct {
	void (*happen)(const struct site *site);
	const struct site *site;
} between;

int __wrap_commit_lock_take(const struct lease_dir *dir, struct timespec deadline,
			    const struct lock_interest *interest, struct commit_lock *ret,
			    struct why *why)
{
	void (*const happen)(const struct site *site) = between.happen;

	between.happen = NULL;
	if (happen)
		happen(between.site);
	return __real_commit_lock_take(dir, deadline, interest, ret, why);
}

int __real_lease_move(const struct lease_dir *dir, enum lease_folder from,
		      enum lease_folder to, const struct client_address *client);
int __wrap_lease_move(const struct lease_dir *dir, enum lease_folder from,
		      enum lease_folder to, const struct client_address *client);

static const char *stays;		      /* this client's lease, wherever it is */
static const struct timespec *renewed_behind; /* the next move: dated so */

int __wrap_lease_move(const struct lease_dir *dir, enum lease_folder from,
		      enum lease_folder to, const struct client_address *client)
{
	if (stays && strcmp(client->text, stays) == 0)
		return -EIO;
	const int moved = __real_lease_move(dir, from, to, client);
	if (renewed_behind)
		assert_int_equal(lease_touch(dir, to, client, *renewed_behind), 0);
	renewed_behind = NULL;
	return moved;
}

static void renew(const struct site *site)
{
	const struct client_address client = site_client(A);

	assert_int_equal(lease_touch(&site->leases, LEASE_ACTIVE, &client, site->job.now),
			 0);
}

static void queue_again(const struct site *site)
{
	site_lease(site, LEASE_PENDING, A, 900);
}

/* Another run had the lock before and did it all. */
static void end(const struct site *site)
{
	struct commit_result result = { 0 };
	struct why why;

	assert_int_equal(expire(&site->job, &result, &why), 0);
}

static void nothing(const struct site *site)
{
	(void)site;
}

static const struct {
	const char *label;
	void (*happen)(const struct site *site);
	const char *want_where, *want_table, *want_told;
} cases[] = {
	{ "nothing", nothing, "", HIS, "removed " A "\n" },
	{ "renewed in time", renew, "active", HIS OURS(A) MARKER(A), "" },
	{ "queued again", queue_again, "active", HIS OURS(A) MARKER(A),
	  "inserted " A "\n" },
	{ "ended by another run", end, "", HIS, "removed " A "\n" },
};

static const struct pair his[] = { { "10", "REJECT" }, { NULL, NULL } };

static void a_renewal_is_never_lost(void **state)
{
	struct site *site = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct commit_result result = { 0 };
		struct why why = { 0 };
		const char *label = cases[i].label;

		site_clock(site, 0);
		assert_int_equal(lease_empty(&site->leases, LEASE_ACTIVE, NULL), 0);
		site_table(site, his);
		site_lease(site, LEASE_ACTIVE, A, 0);
		site_seal(site);
		site_clock(site, 900);
		between.site = site;
		between.happen = cases[i].happen;
		check_int(label, expire(&site->job, &result, &why), 0);
		check_where(label, site, A, cases[i].want_where);
		check_table(label, site, cases[i].want_table);
		check_told(label, site, cases[i].want_told);
		check_seal(label, site, *cases[i].want_where ? 1 : 0);
	}
}

/* The others end all the same, and the next run tries again. */
static void a_lease_that_cannot_be_ended_is_said(void **state)
{
	struct commit_result result = { 0 };
	struct site *site = *state;
	struct why why = { 0 };

	site_table(site, his);
	site_lease(site, LEASE_ACTIVE, A, 0);
	site_lease(site, LEASE_ACTIVE, B, 0);
	site_seal(site);
	site_clock(site, 900);
	stays = A;
	check_int("it stays", expire(&site->job, &result, &why), -EIO);
	check_contains("it stays", why.text, "cannot end the lease ");
	check_contains("it stays", why.text, "active/" A);
	check_where("it stays", site, A, "active");
	check_where("the other", site, B, "");
	check_table("one record", site, HIS OURS(A) MARKER(A));
	check_int("it is news", result.known_failure, false);
	check_int("it still stays", expire(&site->job, &result, &why), -EIO);
	check_int("it is no news", result.known_failure, true);
	stays = NULL;
	check_int("it goes", expire(&site->job, &result, &why), 0);
	check_where("it goes", site, A, "");
	check_table("none", site, HIS);
}

/* A login had the file in its hands when the commit took it for lapsed. */
static void a_request_that_is_renewed_as_it_lapses_counts(void **state)
{
	struct site *site = *state;

	site_table(site, his);
	site_seal(site);
	site_lease(site, LEASE_PENDING, A, 0);
	site_clock(site, 900);
	renewed_behind = &site->job.now;
	check_int("commit", site_commit(site, (struct commit_order){ 0 }, NULL, NULL), 0);
	check_where("commit", site, A, "active");
	check_told("commit", site, "inserted " A "\n");
	check_table("commit", site, HIS OURS(A) MARKER(A));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(a_renewal_is_never_lost),
		AT_SITE(a_lease_that_cannot_be_ended_is_said),
		AT_SITE(a_request_that_is_renewed_as_it_lapses_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
