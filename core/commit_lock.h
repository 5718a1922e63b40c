/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * commit_lock - one commit at a time
 *
 * STATE_DIR/commit.lock, by flock. The file itself holds the note of an exchange under
 * way (map/exchange_note.h), for the next holder to finish.
 */
#pragma once

#include <stdbool.h>
#include <time.h>

struct lease_dir;
struct why;

struct commit_lock {
	int fd;
};

/* Asked before each nap of a waiter: is there still something to wait for? */
struct lock_interest {
	bool (*lost)(const void *context);
	const void *context;
};

/*
 * 0 taken; 1 the interest was lost meanwhile (another commit did the work);
 * -ETIMEDOUT. `interest` may be NULL.
 */
int commit_lock_take(const struct lease_dir *dir, struct timespec deadline,
		     const struct lock_interest *interest, struct commit_lock *ret,
		     struct why *why);
void commit_lock_release(struct commit_lock *lock);
#define cleanup_commit_lock __attribute__((cleanup(commit_lock_release)))
