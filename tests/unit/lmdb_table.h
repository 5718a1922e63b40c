/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lmdb_table - tables of LMDB as postmap leaves them, and a reader as smtpd is one
 *
 * Made and read by libmdb alone. Whatever fails in here ends the test.
 */
#pragma once

#include "berkeley_table.h"

#include "map/map.h"

/* A new file at `path`, with one transaction in it at least. `pairs` as there. */
void lmdb_table_make(const char *path, bool with_nul, const struct pair *pairs);
/* One record of any bytes. */
void lmdb_table_put(const char *path, struct map_bytes key, struct map_bytes value);

/* As berkeley_table_text, in a transaction of its own, without a lock. */
const char *lmdb_table_text(const char *path, char text[static BERKELEY_TEXT]);
/* How many records a walk meets; -1: libmdb refuses. */
long lmdb_table_count(const char *path);

/* A process that has the table open as smtpd does. */
struct lmdb_reader {
	int fd;
	void *env;
	unsigned dbi;
};
void lmdb_reader_open(struct lmdb_reader *reader, const char *path);
/* One look-up: lock, transaction, unlock. 1 found, 0 not; -EBUSY: a writer has it. */
int lmdb_reader_look(struct lmdb_reader *reader, const char *key);
/* 1: both keys have one value, or none; 0: they differ. Waits for its lock. */
int lmdb_reader_equal(struct lmdb_reader *reader, const char *key, const char *other);
/* A program that makes the table anew as postmap does: its transaction begins, and only
 * then it waits for the lock; it ends with so many records, and nothing else. */
void *lmdb_rebuild_begin(struct lmdb_reader *ret, const char *path);
void lmdb_rebuild_end(struct lmdb_reader *rebuilder, void *txn, int records);
void lmdb_reader_close(struct lmdb_reader *reader);
