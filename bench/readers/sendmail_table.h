/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sendmail_table - open a table and look into it as sendmail does
 *
 * The steps of sendmail 8.17 (map.c, db_map_open and db_map_lookup; safefile.c, safefile
 * and filechanged), as strace shows them:
 *
 *	stat; lstat of each folder on the way; open; is the open file still that one?;
 *	flock, shared, waiting; db->open of the *path*, read-only; close; is the file
 *	that libdb has open still the first one?; flock, get, unlock
 *
 * A no at one of the two questions is sendmail's 451 for that whole connection.
 */
#pragma once

#include <db.h>
#include <time.h>

enum answer { FOUND, MISSING, REFUSED, BROKEN };

/* FOUND: it is open, as of `ret_mtime` (may be NULL). Whatever the answer, `*ret` is to
 * be closed with sendmail_table_close. */
enum answer sendmail_table_open(const char *path, DB **ret, struct timespec *ret_mtime);

/* NULL is fine. */
void sendmail_table_close(DB *db);

enum answer sendmail_table_look_up(DB *db, char *key);
/* The same under a lock that the caller has. */
enum answer sendmail_table_get(DB *db, char *key);
