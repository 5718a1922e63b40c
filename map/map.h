/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map - the table of keys and values that the mail server reads
 *
 * A change is all or nothing: it is invisible until commit returns, and a crash at
 * any instant leaves either the old table or the new one. How that is done is the
 * backend's business (map_berkeley.c exchanges a changed copy for the old file;
 *map_lmdb.c uses LMDB's own transactions).
 *
 * A backend is one const struct of functions in a loadable object of its own, so that
 * the PAM module links no database library and loads one only when a table has to be
 * changed. Whoever calls commit or recover holds a lock of his own that keeps other
 * writers of ours out (core/commit_lock.h).
 *
 * Keys and values are text without a terminating NUL in the table or with one: the
 * backend follows what it finds there and hides it. An empty table has no convention;
 * `nul_when_empty` says it.
 *
 * Errors: a negative errno, the reason in `why`; "not there" is not an error.
 *	-EBUSY		another program is rebuilding the table, waits to, or has
 *			one that is changed in place open for writing
 *	-EAGAIN		(identify, begin, commit) the table was changed or replaced
 *			meanwhile: close, open, redo
 *	-ESTALE		(identify) somebody else changed the table after our commit
 *	-ENOENT, -ELOOP, -ENOTDIR, -EISDIR, -EMLINK	no plain file there
 *	-EROFS, -EACCES, -EPERM		it may not be changed by this process
 *	-EBADMSG	not a table of this kind; `why` says what it is
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#define MAP_ABI 4
#define MAP_KEY_MAX                                                                      \
	512 /* longest key that put() takes, without a NUL; LMDB: 511 with it */

struct stat;
struct why;
struct map; /* the backend's own */

struct map_bytes {
	const void *data;
	size_t size;
};

struct map_entry {
	struct map_bytes key;
	struct map_bytes value;
};

/* What tells one state of a table from another. Equal = nobody has touched it. */
struct map_identity {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
	struct timespec ctime;
};

struct map_place {
	const char *path;
	int note_fd; /* where an exchange is noted (exchange_note.h); -1: only reading */
	const char *run_dir; /* where spare files are noted (spares.h); NULL: none */
	bool nul_when_empty;
	bool in_place;	/* of a type that is changed in place: it has no copy beside it */
	bool dated_now; /* a commit dates the table; else it keeps the old one's date */
	mode_t new_mode; /* of what create makes, which then is the folder's owner's */
};

struct map_backend {
	unsigned abi;	  /* MAP_ABI */
	const char *type; /* as in the settings: "hash", "btree" */

	/* Opens for reading. `place` and its path must outlive the map. While another
	 * program rebuilds the table: -EBUSY, at once. */
	int (*open)(const struct map_place *place, struct map **ret_map, struct why *why);
	struct map *(*close)(struct map *map); /* NULL is fine; always returns NULL */

	/* 1 found, 0 not there. What `ret` points to lives until the next call. */
	int (*get)(struct map *map, const char *key, struct map_entry *ret,
		   struct why *why);
	/* 1 an entry, 0 the end. Starts over after the end. Change nothing between. */
	int (*next)(struct map *map, struct map_entry *ret, struct why *why);

	/* Whether the table is sound. Asked of a table that somebody else wrote, before
	 * anything is read of it, and never in a login: a database library may crash on
	 * a damaged one. -EBADMSG: it is not. */
	int (*verify)(struct map *map, struct why *why);

	/* From here to commit or abandon, get and next see what put and remove did. */
	int (*begin)(struct map *map, struct why *why);
	int (*put)(struct map *map, const char *key, const char *value, struct why *why);
	/* 1 removed, 0 was not there */
	int (*remove)(struct map *map, const char *key, struct why *why);
	int (*commit)(struct map *map, struct why *why);
	void (*abandon)(struct map *map);

	/* Before commit: of the table that was opened. After: of the one that commit
	 * put in its place, which stays locked against rebuilders until close.
	 * -EAGAIN, -ESTALE: it was changed before our commit, or after it. */
	int (*identify)(struct map *map, struct map_identity *ret, struct why *why);

	/* Makes a valid, empty table where there is none: the process's, mode 0644, or as
	 * place.new_mode says; whole under its name at once. What is there already, of
	 * any kind, is left alone: 0. */
	int (*create)(const struct map_place *place, struct why *why);

	/* Finishes what a writer that died left at `place`. Nothing left: returns 0. */
	int (*recover)(const struct map_place *place, struct why *why);
};

/* One key's text; both forms, "as stored" and "without the NUL", compare equal. */
bool map_bytes_equal(struct map_bytes bytes, const char *text);

/* What `path` is right now. */
int map_identity_of(const char *path, struct map_identity *ret);
struct map_identity map_identity_from(const struct stat *found);
bool map_identity_equal(const struct map_identity *a, const struct map_identity *b);

/* Whether a writer that died may have left something: recover() is worth loading. */
bool map_needs_recovery(const struct map_place *place);
