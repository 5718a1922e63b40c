/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file_format - what a file that should be a table really is
 *
 * Looked up before libdb sees the file, so that its owner reads "a cdb file" and not
 * "Invalid argument". Magic numbers and versions: libdb 5.3 (db_page.h, db.in).
 */
#pragma once

enum file_format {
	FORMAT_HASH,  /* Berkeley DB hash, version 9, this machine's byte order */
	FORMAT_BTREE, /* Berkeley DB btree, version 9 */
	FORMAT_OTHER, /* `what` says it */
};

/* `*ret_what`, for every format, completes the sentence "it is ..."; a constant text.
 * Returns a file_format or a negative errno. */
int file_format_of(int fd, const char **ret_what);
