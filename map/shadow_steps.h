/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shadow_steps - the single steps on names that an exchange (shadow_exchange.c) and
 * its recovery (shadow_recover.c) are made of
 *
 * All work in the map's folder by its descriptor, on the two names of shadow_name.h.
 */
#pragma once

#include <sys/stat.h>

struct shadow_file;
struct why;

/* When the retired inode must say it was changed: later than any reader remembers. */
struct timespec shadow_bumped(struct timespec mtime);

/* The inodes of one exchange (exchange_note.h). */
struct swap {
	ino_t ours, in, out;
};

/* Write the note, then exchange the map's name and the copy's. */
int shadow_swap(const struct shadow_file *shadow, struct swap swap, struct why *why);

/* The inode under the copy's name. */
int shadow_stat_copy(const struct shadow_file *shadow, struct stat *ret, struct why *why);

/* Unlink what has the copy's name, then clear the note. */
int shadow_unlink_copy(const struct shadow_file *shadow, struct why *why);

/* The same, after a bump: for a file that is not open here. One with a second link is not
 * dated: it may be anybody's. */
int shadow_drop_copy(const struct shadow_file *shadow, struct why *why);
