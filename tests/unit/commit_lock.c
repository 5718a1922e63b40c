/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/commit_lock.h"

#include "site.h"

#include "base/deadline.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct holder {
	pid_t pid;
	int let_go; /* closing it makes the holder end */
};

/* Another process that has the lock when this returns. */
static struct holder start_holder(const struct site *site)
{
	struct holder holder;
	int ready[2], let_go[2];
	char byte;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(let_go), 0);
	holder.pid = fork();
	assert_true(holder.pid >= 0);
	if (holder.pid == 0) {
		struct commit_lock lock;
		(void)close(let_go[1]);
		if (commit_lock_take(&site->leases, deadline_in(0), NULL, &lock, NULL) !=
		    0)
			_exit(1);
		(void)!write(ready[1], "x", 1);
		(void)!read(let_go[0], &byte, 1);
		_exit(0);
	}
	(void)close(ready[1]);
	(void)close(let_go[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	holder.let_go = let_go[1];
	return holder;
}

static void end_holder(struct holder *holder)
{
	int status;

	(void)close(holder->let_go);
	assert_int_equal(waitpid(holder->pid, &status, 0), holder->pid);
	assert_int_equal(status, 0);
}

static void one_at_a_time(void **state)
{
	struct site *site = *state;
	struct commit_lock lock = { .fd = -1 };
	struct why why = { 0 };
	struct holder holder = start_holder(site);

	/* A deadline that has passed: one look, no wait. */
	check_int("held",
		  commit_lock_take(&site->leases, deadline_in(0), NULL, &lock, &why),
		  -ETIMEDOUT);
	check_contains("held", why.text, "another commit");
	check_contains("held", why.text, site->leases.path);
	check_int("untouched", lock.fd, -1);
	end_holder(&holder);
	check_int("free",
		  commit_lock_take(&site->leases, deadline_in(0), NULL, &lock, NULL), 0);
	check_true("free", lock.fd >= 0);
	commit_lock_release(&lock);
	check_int("released", lock.fd, -1);
	commit_lock_release(&lock);
}

static void a_dead_holder_holds_nothing(void **state)
{
	struct site *site = *state;
	struct commit_lock lock = { .fd = -1 };
	struct holder holder = start_holder(site);

	assert_int_equal(kill(holder.pid, SIGKILL), 0);
	assert_int_equal(waitpid(holder.pid, NULL, 0), holder.pid);
	(void)close(holder.let_go);
	check_int("free",
		  commit_lock_take(&site->leases, deadline_in(0), NULL, &lock, NULL), 0);
	commit_lock_release(&lock);
}

/* A fork of the holder (the mail daemon's) keeps the file open, but not the lock. */
static void release_is_final_whoever_has_a_copy(void **state)
{
	struct site *site = *state;
	struct commit_lock lock = { .fd = -1 }, next = { .fd = -1 };
	int let_go[2];
	char byte;

	assert_int_equal(pipe(let_go), 0);
	assert_int_equal(
		commit_lock_take(&site->leases, deadline_in(0), NULL, &lock, NULL), 0);
	const pid_t child = fork();
	if (child == 0) {
		(void)close(let_go[1]);
		_exit((int)read(let_go[0], &byte, 1));
	}
	commit_lock_release(&lock);
	const int taken =
		commit_lock_take(&site->leases, deadline_in(0), NULL, &next, NULL);
	(void)close(let_go[0]);
	(void)close(let_go[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	check_int("taken", taken, 0);
	commit_lock_release(&next);
}

static bool after_three_looks(const void *context)
{
	return ++*(int *)(uintptr_t)context >= 3;
}

static void a_lost_interest_ends_the_wait(void **state)
{
	struct site *site = *state;
	struct commit_lock lock = { .fd = -1 };
	int looks = 0;
	const struct lock_interest interest = { after_three_looks, &looks };
	struct holder holder = start_holder(site);

	check_int("lost",
		  commit_lock_take(&site->leases, deadline_in(60000), &interest, &lock,
				   NULL),
		  1);
	check_int("looks", looks, 3);
	check_int("not taken", lock.fd, -1);
	end_holder(&holder);
	/* The lock is free: interest is not asked for. */
	check_int("taken",
		  commit_lock_take(&site->leases, deadline_in(0), &interest, &lock, NULL),
		  0);
	check_int("looks", looks, 3);
	commit_lock_release(&lock);
}

static bool let_the_holder_go(const void *context)
{
	const struct holder *holder = context;

	(void)close(holder->let_go);
	assert_int_equal(waitpid(holder->pid, NULL, 0), holder->pid);
	return false;
}

static void a_waiter_gets_it(void **state)
{
	struct site *site = *state;
	struct commit_lock lock = { .fd = -1 };
	struct holder holder = start_holder(site);
	const struct lock_interest interest = { let_the_holder_go, &holder };

	check_int("taken",
		  commit_lock_take(&site->leases, deadline_in(60000), &interest, &lock,
				   NULL),
		  0);
	commit_lock_release(&lock);
}

static void its_file_is_private_and_no_link(void **state)
{
	struct site *site = *state;
	struct commit_lock lock = { .fd = -1 };
	struct why why = { 0 };
	char path[SCRATCH_PATH], target[SCRATCH_PATH];

	scratch_path(&site->scratch, "state/commit.lock", path);
	scratch_path(&site->scratch, "target", target);
	assert_int_equal(symlink(target, path), 0);
	check_int("link",
		  commit_lock_take(&site->leases, deadline_in(0), NULL, &lock, &why),
		  -ELOOP);
	check_contains("link", why.text,
		       "/commit.lock (it must be a plain file: remove what is there)");
	check_int("not made", access(target, F_OK), -1);
	assert_int_equal(unlink(path), 0);
	check_int("plain",
		  commit_lock_take(&site->leases, deadline_in(0), NULL, &lock, NULL), 0);
	check_int("mode", scratch_stat(path).st_mode & 07777, 0600);
	commit_lock_release(&lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(one_at_a_time),
		AT_SITE(a_dead_holder_holds_nothing),
		AT_SITE(release_is_final_whoever_has_a_copy),
		AT_SITE(a_lost_interest_ends_the_wait),
		AT_SITE(a_waiter_gets_it),
		AT_SITE(its_file_is_private_and_no_link),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
