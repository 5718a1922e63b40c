/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file_copy - the content, owner, mode and extended attributes of an open file
 *
 * The filesystem shares the blocks where it can (copy_file_range). Names play no part:
 * both files are open, and what they are called by now does not matter.
 *
 * A security label that may not be copied (SELinux decides by the folder) is left as
 * the folder gave it; every other attribute that cannot be kept is an error.
 */
#pragma once

struct stat;
struct why;

/* `source` describes `from`. -EAGAIN: it grew or shrank while it was copied. */
int file_copy(int from, int to, const struct stat *source, struct why *why);

/* Owner and mode alone. */
int file_own_as(int fd, const struct stat *source, struct why *why);
