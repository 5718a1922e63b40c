/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lmdb_lock - the lock of a Postfix lmdb: table: fcntl(2), on the whole file itself
 *
 * Shared around each reading, exclusive around each change (lmdb_table(5)). Ours is of
 * the open file (F_OFD_SETLK): libmdb closes descriptors of the same file, and that would
 * end a lock of the process. It conflicts with Postfix's all the same.
 *
 * smtpd has the shared lock for some microseconds at each look-up: a lock that is in
 * the way is looked at again, for LMDB_LOCK_MS at most.
 */
#pragma once

#define LMDB_LOCK_MS 50

/* 0; -EBUSY: somebody's lock stayed in the way, and ours is what it was; or another
 * negative errno. */
int lmdb_lock_shared(int fd);
/* `fd` is open for writing. */
int lmdb_lock_exclusive(int fd);
void lmdb_unlock(int fd);
