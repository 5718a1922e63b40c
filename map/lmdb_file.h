/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lmdb_file - the file of an LMDB table: which one it is, its lock, its date
 *
 * It is never renamed: readers have it open for their lifetime. Opened for changes it
 * stays locked until it is closed, shared at least, so that what is said of it (a seal)
 * is said before the next writer comes in. Opened for reading alone it is copied under
 * the lock, which then goes: whoever reads slowly keeps no writer waiting, and what he
 * reads is of one moment.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

struct map_place;
struct map_identity;
struct why;

struct lmdb_file {
	const char *path; /* borrowed */
	int fd;
	int copy_fd; /* for reading alone; else -1 */
	bool changing;
	int contested;	  /* another program has it open for writing (file_openers.h) */
	bool ours;	  /* our change is in it */
	bool undated;	  /* it was changed and could not be dated */
	struct stat file; /* as it was opened, or as our last change left it */
};

#define LMDB_FILE_NONE                                                                   \
	{                                                                                \
		.fd = -1, .copy_fd = -1                                                  \
	}

/* Open and lock the file that the path names. -EBUSY: it is being changed. */
int lmdb_file_open(struct lmdb_file *file, const struct map_place *place,
		   struct why *why);
void lmdb_file_close(struct lmdb_file *file);

/* What libmdb may read. */
int lmdb_file_content(const struct lmdb_file *file);

/* Nobody else reads it until lmdb_file_settle(). -EAGAIN: it was changed since it was
 * opened. */
int lmdb_file_begin(struct lmdb_file *file, struct why *why);
void lmdb_file_settle(struct lmdb_file *file);

/* Whether the path still names it: 0, -EAGAIN, -ENOENT ... */
int lmdb_file_named(const struct lmdb_file *file, struct why *why);
/* Whether it is what it was: 0, -EAGAIN. */
int lmdb_file_untouched(const struct lmdb_file *file, struct why *why);

/* Whether nobody waits to change it, or may be about to: 0, -EBUSY. */
int lmdb_file_unawaited(const struct lmdb_file *file, struct why *why);

/* Our change is in it. */
void lmdb_file_changed(struct lmdb_file *file);

/* See map.h, identify. */
int lmdb_file_identify(const struct lmdb_file *file, struct map_identity *ret,
		       struct why *why);
