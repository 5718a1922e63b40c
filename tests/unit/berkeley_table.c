/* SPDX-License-Identifier: BSD-2-Clause */
#include "berkeley_table.h"

#include "check.h"

#include "core/escape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES 128
#define LINE 256

static DB *open_table(const char *path, DBTYPE type, u_int32_t flags)
{
	DB *db = NULL;

	assert_int_equal(db_create(&db, NULL, 0), 0);
	if (db->open(db, NULL, path, NULL, type, flags, 0640) != 0)
		fail_msg("libdb cannot open %s", path);
	return db;
}

static DBT text_of(const char *text, bool with_nul)
{
	return (DBT){ .data = (void *)(uintptr_t)text,
		      .size = (u_int32_t)(strlen(text) + (with_nul ? 1 : 0)) };
}

void berkeley_table_make(const char *path, DBTYPE type, bool with_nul,
			 const struct pair *pairs)
{
	DB *db = open_table(path, type, DB_CREATE | DB_EXCL);

	for (; pairs && pairs->key; pairs++) {
		DBT key = text_of(pairs->key, with_nul);
		DBT value = text_of(pairs->value, with_nul);
		assert_int_equal(db->put(db, NULL, &key, &value, 0), 0);
	}
	assert_int_equal(db->close(db, 0), 0);
}

void berkeley_table_put(const char *path, const DBT *key, const DBT *value)
{
	DB *db = open_table(path, DB_UNKNOWN, 0);
	DBT stored_key = *key, stored_value = *value;

	assert_int_equal(db->put(db, NULL, &stored_key, &stored_value, 0), 0);
	assert_int_equal(db->close(db, 0), 0);
}

static void verify(const char *path)
{
	DB *db = NULL;

	assert_int_equal(db_create(&db, NULL, 0), 0);
	if (db->verify(db, path, NULL, NULL, 0) != 0)
		fail_msg("db_verify finds %s spoilt", path);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static size_t read_lines(const char *path, char lines[LINES][LINE])
{
	DB *db = open_table(path, DB_UNKNOWN, DB_RDONLY);
	DBC *cursor = NULL;
	DBT key = { 0 }, value = { 0 };
	size_t count = 0;

	assert_int_equal(db->cursor(db, NULL, &cursor, 0), 0);
	while (cursor->get(cursor, &key, &value, DB_NEXT) == 0) {
		char shown_key[LINE / 2 - 2], shown_value[LINE / 2 - 2];

		assert_true(count < LINES);
		(void)snprintf(lines[count++], LINE, "%s=%s\n",
			       escape_bytes(key.data, key.size, "", shown_key,
					    sizeof(shown_key)),
			       escape_bytes(value.data, value.size, "", shown_value,
					    sizeof(shown_value)));
	}
	(void)cursor->close(cursor);
	assert_int_equal(db->close(db, 0), 0);
	return count;
}

const char *berkeley_table_text(const char *path, char text[static BERKELEY_TEXT])
{
	char(*lines)[LINE] = calloc(LINES, LINE);
	size_t used = 0;

	assert_non_null(lines);
	verify(path);
	const size_t count = read_lines(path, lines);
	qsort(lines, count, LINE, by_text);
	text[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		assert_true(used + strlen(lines[i]) < BERKELEY_TEXT);
		used += (size_t)snprintf(text + used, BERKELEY_TEXT - used, "%s",
					 lines[i]);
	}
	free(lines);
	return text;
}
