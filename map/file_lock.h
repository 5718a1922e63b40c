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
 * Whether somebody waits to lock this file exclusively, by /proc/locks. Such a
 * rebuilder has opened the file already and fails when we replace it (makemap: "file
 * changed after open"), so he is let go first. Without /proc: false.
 */
bool file_lock_awaited(const struct stat *file);
