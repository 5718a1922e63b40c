/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lock_holder - who keeps a table locked, for the words of an -EBUSY
 *
 * Mostly a rebuild; but whoever may read the file may lock it, and then the administrator
 * wants to know whom to ask.
 */
#pragma once

#define LOCK_HOLDER 96

struct stat;

/*
 * A half sentence for behind "is being rebuilt": ", or only locked: process 4711 (cat,
 * uid 1000) holds its lock". "" when the kernel names nobody: no /proc, a process of
 * another container, an open file description's lock, one behind thousands of others.
 * `family` is FLOCK, or POSIX for fcntl's.
 */
const char *lock_holder(const char *family, const struct stat *file,
			char text[static LOCK_HOLDER]);
