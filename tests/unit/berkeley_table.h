/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * berkeley_table - tables of Berkeley DB as makemap and postmap leave them
 *
 * Made and read by libdb alone, so that no code under test judges itself. Whatever
 * fails in here ends the test.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <db.h>

struct pair {
	const char *key, *value;
};

/* A new file at `path`. `pairs` end with a NULL key. */
void berkeley_table_make(const char *path, DBTYPE type, bool with_nul,
			 const struct pair *pairs);
/* One record of any bytes. */
void berkeley_table_put(const char *path, const DBT *key, const DBT *value);

/* All of it as "key=value\n", sorted; what is not printable (a NUL too) as \xHH.
 * db_verify's opinion comes with it: it must be good. */
#define BERKELEY_TEXT 8192
const char *berkeley_table_text(const char *path, char text[static BERKELEY_TEXT]);
