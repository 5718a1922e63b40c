/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file_openers - whether another descriptor than ours has a file open
 *
 * The kernel counts a file's openers and gives a lease (fcntl(2), F_SETLEASE) only to
 * who is alone; it is given back at once. Ask under a name that nobody else opens, or
 * the answer is old when it arrives.
 *
 * Only the file's owner and CAP_LEASE may ask, and not every filesystem can answer.
 */
#pragma once

#include <stdbool.h>

/* Open at all, for all we know; `fd` is open for reading and writing. */
bool file_is_open_elsewhere(int fd);

/* Open for writing: 1, 0, or a negative errno where the kernel does not tell. `fd` is
 * open for reading only. */
int file_is_written_elsewhere(int fd);
