/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/expire.h on a disk that does not give back a lease, or takes no lock: played by
 * __wrap_lease_read and __wrap_commit_lock_take. The others go on, and what lasts is
 * news once.
 */
#include "core/expire.h"

#include "site.h"

#include "core/commit_lock.h"

#include <errno.h>
#include <string.h>

#define A "192.0.2.7"
#define B "192.0.2.8"
#define HIS "10=REJECT\n"
#define LIFETIME 900

int __real_lease_read(const struct lease_dir *dir, enum lease_folder folder,
		      const struct client_address *client, struct lease *ret,
		      struct why *why);
int __wrap_lease_read(const struct lease_dir *dir, enum lease_folder folder,
		      const struct client_address *client, struct lease *ret,
		      struct why *why);
int __real_commit_lock_take(const struct lease_dir *dir, struct timespec deadline,
			    const struct lock_interest *interest, struct commit_lock *ret,
			    struct why *why);
int __wrap_commit_lock_take(const struct lease_dir *dir, struct timespec deadline,
			    const struct lock_interest *interest, struct commit_lock *ret,
			    struct why *why);

static const char *unreadable;	/* this client's lease, wherever it is */
static unsigned unreadable_for; /* so many looks; 0: for ever */
static int unreadable_by;	/* this error */
static bool is_locked_out;

int __wrap_lease_read(const struct lease_dir *dir, enum lease_folder folder,
		      const struct client_address *client, struct lease *ret,
		      struct why *why)
{
	if (!unreadable || strcmp(client->text, unreadable) != 0 ||
	    !lease_present(dir, folder, client))
		return __real_lease_read(dir, folder, client, ret, why);
	if (unreadable_for > 0 && --unreadable_for == 0)
		unreadable = NULL;
	return why_set(why, unreadable_by, "cannot read the lease %s/%s/%s", dir->path,
		       lease_folder_name(folder), client->text);
}

int __wrap_commit_lock_take(const struct lease_dir *dir, struct timespec deadline,
			    const struct lock_interest *interest, struct commit_lock *ret,
			    struct why *why)
{
	return is_locked_out
		       ? why_set(why, -EROFS, "cannot open %s/commit.lock", dir->path)
		       : __real_commit_lock_take(dir, deadline, interest, ret, why);
}

static const struct pair his[] = { { "10", "REJECT" }, { NULL, NULL } };

static struct site *site_with(void **state, enum lease_folder folder)
{
	struct site *site = *state;

	unreadable = NULL;
	unreadable_for = 0;
	unreadable_by = -EIO;
	is_locked_out = false;
	site_table(site, his);
	site_seal(site);
	site_lease(site, folder, A, 0);
	return site;
}

static void check_expire(const char *label, struct site *site, int want, const char *why)
{
	struct commit_result result = { 0 };
	struct why said = { 0 };

	check_int(label, expire(&site->job, &result, &said), want);
	if (*why)
		check_contains(label, said.text, why);
	check_false(label, result.known_failure);
	if (want == 0)
		return;
	check_int(label, expire(&site->job, &result, &said), want);
	check_true("it is no news", result.known_failure);
}

/* It keeps nobody else from being opened, and lapses by its date. */
static void a_request_that_cannot_be_read_is_put_aside(void **state)
{
	static const enum lease_folder folders[] = { LEASE_PENDING, LEASE_DEFERRED };

	for (size_t i = 0; i < COUNT(folders); i++) {
		const char *label = lease_folder_name(folders[i]);
		struct site *site = site_with(state, folders[i]);

		site_clock(site, 0);
		unreadable = A;
		site_lease(site, LEASE_PENDING, B, 0);
		check_expire(label, site, -EIO, "deferred/" A ": Input/output error");
		check_where(label, site, A, "deferred");
		check_where(label, site, B, "active");
		check_table(label, site, HIS OURS(B) MARKER(B));
		site_clock(site, LIFETIME);
		check_expire(label, site, 0, "");
		check_where(label, site, A, "");
		check_where(label, site, B, "");
		check_table(label, site, HIS);
	}
}

static void what_can_be_read_again_is_opened(void **state)
{
	for (unsigned times = 1; times < 3; times++) {
		struct site *site = site_with(state, LEASE_PENDING);

		unreadable = A;
		unreadable_for = times;
		struct commit_result result = { 0 };
		struct why why;
		check_int("first", expire(&site->job, &result, &why), 0);
		check_int("second", expire(&site->job, &result, &why), 0);
		check_where("it is opened", site, A, "active");
		check_table("it is opened", site, HIS OURS(A) MARKER(A));
		assert_int_equal(lease_empty(&site->leases, LEASE_ACTIVE, NULL), 0);
	}
}

/* The table may show it. */
static void what_ends_and_cannot_be_read_ends(void **state)
{
	struct site *site = site_with(state, LEASE_PENDING);

	site_lease(site, LEASE_PENDING, B, 0);
	check_expire("opened", site, 0, "");
	unreadable = A;
	site_clock(site, LIFETIME);
	check_expire("ended", site, 0, "");
	check_where("ended", site, A, "");
	check_where("the other", site, B, "");
	check_table("ended", site, HIS);
}

/* Then nothing is known of the lease's file: the commit fails and says why. */
static void what_this_process_lacks_is_said(void **state)
{
	static const int errors[] = { -EMFILE, -ENFILE, -ENOMEM };

	for (size_t i = 0; i < COUNT(errors); i++) {
		struct site *site = site_with(state, LEASE_DEFERRED);

		unreadable = A;
		unreadable_by = errors[i];
		check_expire("short", site, errors[i], "cannot take up ");
		check_where("short", site, A, "deferred");
		unreadable = NULL;
		check_expire("again", site, 0, "");
		check_where("again", site, A, "active");
		assert_int_equal(lease_empty(&site->leases, LEASE_ACTIVE, NULL), 0);
	}
}

static void what_was_renewed_and_cannot_be_read_is_not_ended(void **state)
{
	struct site *site = site_with(state, LEASE_ENDING);

	unreadable = A;
	check_expire("renewed", site, -EIO, "cannot read the lease");
	check_where("renewed", site, A, "deferred");
}

static void a_lock_that_cannot_be_taken_is_said_once(void **state)
{
	struct site *site = site_with(state, LEASE_PENDING);
	struct commit_result result = { 0 };
	struct why why = { 0 };

	is_locked_out = true;
	check_expire("expire", site, -EROFS, "commit.lock: Read-only file system");
	result = (struct commit_result){ 0 };
	check_int("commit", expire_commit_queue(&site->job, &result, &why), -EROFS);
	check_true("commit", result.known_failure);
	is_locked_out = false;
	check_expire("again", site, 0, "");
	is_locked_out = true;
	check_expire("it is news again", site, -EROFS, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(a_request_that_cannot_be_read_is_put_aside),
		AT_SITE(what_can_be_read_again_is_opened),
		AT_SITE(what_ends_and_cannot_be_read_ends),
		AT_SITE(what_this_process_lacks_is_said),
		AT_SITE(what_was_renewed_and_cannot_be_read_is_not_ended),
		AT_SITE(a_lock_that_cannot_be_taken_is_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
