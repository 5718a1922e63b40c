/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shadow_file - change a file all or nothing, with its readers and rebuilders alive
 *
 *	open -> copy -> (the caller changes the copy) -> sync -> exchange -> close
 *
 * The copy may be a retired file (spares.h): the caller first does to it what it lacks.
 *
 * Why each step is so: the mail servers look at the inode that they have open, not at
 * the path. What they need of a replaced file (sendmail map.c db_map_open and
 * db_map_lookup, makemap.c, Postfix dict.c dict_changed_name):
 *
 *	lock	shared, on the old file until it is retired and on the new one from
 *		before it has the name: rebuilders (exclusive) stay out, readers not
 *	gap	for the exchange itself the old file's lock becomes exclusive, if that
 *		can be had soon: sendmail has the shared one for most of the time in
 *		which it opens the table, and must give up when it is exchanged then
 *	same	owner, mode, xattrs and mtime as the old file, before it has the name;
 *		what was made of a text is dated now, since make and Postfix compare
 *		the two
 *	bump	the retired inode's mtime rises by a second at least: sendmail opens the
 *		path anew at its next look-up
 *	unlink	then its name goes, before its lock: Postfix restarts, and a makemap
 *		that waits for that lock gives up instead of truncating the new file.
 *		A file that is kept as a spare gets another group for that
 *
 * Between exchange and clean-up a note stands in commit.lock (exchange_note.h). The
 * folder may belong to the mail server's user: no name in it is followed, and libdb
 * gets /proc/self/fd/N (shadow_path), never a name.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "map/shadow_name.h"
#include "map/spares.h"

struct map_place;
struct map_identity;
struct why;

struct shadow_file {
	struct shadow_name name;
	int note_fd; /* borrowed */
	int folder_fd;
	int base_fd; /* the file as it is */
	int copy_fd; /* the file as it will be; -1 before copy and after abandon */
	struct stat base;
	struct stat copy; /* as it was synced */
	bool exchanged;
	bool dated_now;	     /* see map.h */
	bool recycled;	     /* the copy lacks spares_lacks() */
	const char *run_dir; /* borrowed */
	struct spares spares;
};

#define SHADOW_FILE_NONE                                                                 \
	{                                                                                \
		.note_fd = -1, .folder_fd = -1, .base_fd = -1, .copy_fd = -1,            \
		.spares = {                                                              \
			.note_fd = -1                                                    \
		}                                                                        \
	}

/* Open and lock the file that the path names. -EBUSY: it is being rebuilt. */
int shadow_open(struct shadow_file *shadow, const struct map_place *place,
		struct why *why);

/* Make the copy under its one name in the same folder; `recycled` says what it lacks.
 * -EBUSY: a rebuilder waits. */
int shadow_copy(struct shadow_file *shadow, struct why *why);

/* A copy of the base itself, in the stead of one that turned out to be no good. */
int shadow_copy_afresh(struct shadow_file *shadow, struct why *why);

/* The copy is complete: date it like the base, or now, and make it durable. */
int shadow_sync(struct shadow_file *shadow, struct why *why);

/*
 * Put the copy in the base's place and retire the base. -EAGAIN: the path named
 * another file by then; that file has its name back, and the copy is gone. -EBUSY: a
 * rebuilder waits, or was quicker.
 */
int shadow_exchange(struct shadow_file *shadow, struct why *why);

void shadow_abandon(struct shadow_file *shadow);
void shadow_close(struct shadow_file *shadow);

/* See map.h, identify. */
int shadow_identify(const struct shadow_file *shadow, struct map_identity *ret,
		    struct why *why);

/* A path that names the inode behind `fd`, whatever happens to its name. */
#define SHADOW_PATH_MAX 32
void shadow_path(int fd, char path[static SHADOW_PATH_MAX]);
