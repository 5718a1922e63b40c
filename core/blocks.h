/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * blocks - STATE_DIR/blocked: who may not be opened
 *
 * One block a line (block.h), in the order in which they were made; there is no file
 * while there is none. It is replaced as a whole, on the disk before it counts, under the
 * commit lock; whoever reads it finds it whole. Blocked wins over every lease: a login
 * looks here first, a commit leaves such leases out, expiry ends them.
 */
#pragma once

#include "core/block.h"

#define BLOCKS_MAX 10000

struct lease_dir;
struct why;

struct blocks {
	struct block *list;
	size_t count;
};

/*
 * Those that are not over at `now`; none when there is no file. -EINVAL: a line is no
 * block's. -EACCES: this user may not look: whoever commits looks again.
 */
int blocks_read(const struct lease_dir *dir, time_t now, struct blocks *ret,
		struct why *why);

/* Under the commit lock. */
int blocks_write(const struct lease_dir *dir, const struct blocks *blocks,
		 struct why *why);

/* Under the commit lock: what a killed blocks_write() left. */
void blocks_tidy(const struct lease_dir *dir);

/* The first one that covers the lease, or NULL. */
const struct block *blocks_cover(const struct blocks *blocks, const struct lease *lease,
				 unsigned ipv6_prefix);
/* Whether any is of a user: then a lease has to be read, its address is not enough. */
bool blocks_name_users(const struct blocks *blocks);

/* Add it, or let the one of the same user or network end when this one does. -ENOMEM,
 * -E2BIG; -EINVAL: it is of neither */
int blocks_set(struct blocks *blocks, const struct block *block);
/* Whether there is one of the same user or network. */
bool blocks_has(const struct blocks *blocks, const struct block *block);
/* 1 = it was there */
int blocks_drop(struct blocks *blocks, const struct block *block);

void blocks_free(struct blocks *blocks);
#define cleanup_blocks __attribute__((cleanup(blocks_free)))
