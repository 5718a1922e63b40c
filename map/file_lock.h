/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file_lock - flock(2), never waiting
 *
 * The family and the file are the mail servers' choice: sendmail, makemap and postmap
 * lock the .db file itself by flock (sendmail needs HASFLOCK with Berkeley DB 5;
 * Postfix: INTERNAL_LOCK in sys_defs.h). A shared lock keeps the rebuilders out and
 * lets every reader in; an exclusive one would make opening sendmail children fail.
 *
 * Unlock by hand before closing: the mail daemon that hosts us may have forked, and
 * its child's copy of the descriptor would keep the lock.
 */
#pragma once

#include <stdbool.h>

struct stat;

/* 0, -EBUSY when somebody's lock is in the way, or another negative errno */
int file_lock_shared(int fd);
int file_lock_exclusive(int fd);
void file_unlock(int fd);

/*
 * Make a shared lock exclusive if nobody else has one: 1. Else 0, and it is shared as it
 * was. -EBUSY: a rebuilder who waited for it was quicker, and it is his.
 */
int file_lock_alone(int fd);

/*
 * Whether a rebuilder waits to lock this file exclusively; `fd` is open for reading
 * only. He has opened the file already and fails when we replace it (makemap: "file
 * changed after open"), so he is let go first. All of them open it for writing: the
 * kernel tells at once when nobody has, and /proc/locks, which can take it ten
 * milliseconds, is only read when somebody may have. Without /proc: false.
 */
bool file_lock_awaited(int fd, const struct stat *file);

/* Whether /proc/locks has somebody who waits to lock it exclusively; `family` is FLOCK,
 * or POSIX for fcntl's. Without /proc: false. */
bool file_lock_has_waiter(const char *family, const struct stat *file);
