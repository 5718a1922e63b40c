/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lmdb_change - libmdb on an open file: one transaction, and what to do when it is full
 *
 * A map that is too small for a change is no error here: the transaction is aborted, the
 * map made larger, and all that was changed is done once more. libmdb does no locking
 * (MDB_NOLOCK); the caller has the lock of lmdb_lock.h.
 *
 * Errors are libmdb's: 0, a positive errno or a negative code of its own.
 */
#pragma once

#include "map/change_list.h"

#include <lmdb.h>
#include <stdbool.h>

struct lmdb_change {
	MDB_env *env; /* NULL: closed */
	MDB_txn *txn;
	MDB_cursor *cursor;
	MDB_dbi dbi;
	size_t map_size;
	bool writing;
	struct change_list made;
};

/* A new transaction on `fd`'s file, which has this many bytes. */
int lmdb_change_open(struct lmdb_change *change, int fd, size_t file_size, bool writing);
/* What was not committed is lost. */
void lmdb_change_close(struct lmdb_change *change);

/* MDB_NOTFOUND: it is not there; also for a key that LMDB cannot have. */
int lmdb_change_get(const struct lmdb_change *change, MDB_val key, MDB_val *ret);
/* MDB_NOTFOUND: the end; starts over then. */
int lmdb_change_next(struct lmdb_change *change, MDB_val *key, MDB_val *value);

/* The next walk starts at the first record. */
void lmdb_change_rewind(struct lmdb_change *change);

int lmdb_change_put(struct lmdb_change *change, MDB_val key, MDB_val value);
/* MDB_NOTFOUND */
int lmdb_change_remove(struct lmdb_change *change, MDB_val key);

/* The transaction is over, whatever it returns. */
int lmdb_change_commit(struct lmdb_change *change);
