/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file_format - what a file that should be a table really is
 *
 * Looked up before a library sees the file, so that its owner reads "a cdb file" and not
 * "Invalid argument". Magic numbers and versions: libdb 5.3 (db_page.h, db.in).
 */
#pragma once

enum file_format {
	FORMAT_HASH,	     /* Berkeley DB hash, version 9, this machine's byte order */
	FORMAT_BTREE,	     /* Berkeley DB btree, version 9 */
	FORMAT_LMDB,	     /* LMDB, whatever its version */
	FORMAT_OLD_BERKELEY, /* of Berkeley DB 1.85, or of another version than 9 */
	FORMAT_CDB,
	FORMAT_OTHER, /* `what` says it */
};

/* As in the settings: "hash"; NULL for what is no table of ours. */
const char *file_format_type(enum file_format format);

/* Another format than was wanted: -EBADMSG, and what it should be named. */
struct why;
int file_format_refuse(const char *path, enum file_format format, const char *what,
		       struct why *why);

/* `*ret_what`, for every format, completes the sentence "it is ..."; a constant text.
 * Returns a file_format or a negative errno. */
int file_format_of(int fd, const char **ret_what);
