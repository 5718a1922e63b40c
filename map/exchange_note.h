/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exchange_note - what an exchange of two names was about to do
 *
 * It is written into the commit lock's own file before the exchange and cleared after
 * the clean-up, so that the next holder of the lock can finish the work of one that
 * died in between (map/shadow_recover.h). It names the map, which the settings may no
 * longer do by then, and the files by their inodes, since a name in the map's folder
 * may be somebody else's.
 *
 * A note of another boot counts as none. It is never synced: what a power cut leaves of
 * it may be an older one, and by that the next commit would put its unfinished copy in
 * the table's place. Without a note the copy is removed, and the path names a table that
 * was synced before it got the name.
 *
 * One line, of which the first byte is written last, and cleared first: a kill leaves a
 * note or none.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct why;

struct exchange_note {
	ino_t ours; /* our changed copy */
	ino_t in;   /* what the exchange puts at the map's path */
	ino_t out;  /* what it must bring out */
	char map[PATH_MAX];
};

/* 1 a note, 0 none. A line that is no note counts as none. */
int exchange_note_read(int fd, struct exchange_note *ret);
int exchange_note_write(int fd, const struct exchange_note *note, struct why *why);
int exchange_note_clear(int fd, struct why *why);
bool exchange_note_present(int fd); /* false for fd -1 */
