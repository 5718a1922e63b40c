/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * revoke - end leases by hand, whatever is left of their lifetime, and keep them shut
 *
 * All of these take the commit lock themselves and wait for it, and for a rebuild of the
 * map, until the job's deadline. What is decided is on the disk before the map is
 * changed: when that fails, the next run of the timer does it. `why` and `ret` may not be
 * NULL;
 * `*ret` starts as zero.
 */
#pragma once

#include "core/commit.h"

#include <stddef.h>

struct block;
struct blocks;
struct client_address;

/* -ENOENT: none of them has a lease, and none is left that was revoked before. */
int revoke_leases(const struct job *job, const struct client_address *clients,
		  size_t count, struct commit_result *ret, struct why *why);

/* Block these, and end every lease that they cover: none is no error. One that is there
 * already ends when this one does. The blocks are told of as events. */
int revoke_and_block(const struct job *job, const struct blocks *wanted,
		     struct commit_result *ret, struct why *why);

/* Take away those of these blocks that are there, and tell of each; how many there were.
 * Without a commit: the next login opens. */
long unblock(const struct job *job, const struct blocks *unwanted, struct why *why);

/* Under the lock, for the next commit: out of the queue, from active/ to ending/. 1 =
 * there was such a lease, 0 = there was none; a negative errno: it could not be ended. */
int revoke_locked(const struct job *job, const struct client_address *client);
