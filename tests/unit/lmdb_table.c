/* SPDX-License-Identifier: BSD-2-Clause */
#include "lmdb_table.h"

#include "check.h"

#include "core/escape.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE 256
#define MAP_SIZE ((size_t)256 << 20)

static MDB_env *open_env(const char *path, unsigned flags)
{
	MDB_env *env = NULL;

	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_mapsize(env, MAP_SIZE), 0);
	if (mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK | flags, 0640) != 0)
		fail_msg("libmdb cannot open %s", path);
	return env;
}

static MDB_txn *begin(MDB_env *env, unsigned flags, MDB_dbi *ret_dbi)
{
	MDB_txn *txn = NULL;

	assert_int_equal(mdb_txn_begin(env, NULL, flags, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, NULL, 0, ret_dbi), 0);
	return txn;
}

static MDB_val text_of(const char *text, bool with_nul)
{
	return (MDB_val){ strlen(text) + (with_nul ? 1 : 0), (void *)(uintptr_t)text };
}

void lmdb_table_make(const char *path, bool with_nul, const struct pair *pairs)
{
	MDB_env *env = open_env(path, 0);
	MDB_dbi dbi;
	MDB_txn *txn = begin(env, 0, &dbi);
	MDB_val one = text_of("x", false);

	/* As postmap: an empty table has had a transaction. */
	assert_int_equal(mdb_put(txn, dbi, &one, &one, 0), 0);
	assert_int_equal(mdb_del(txn, dbi, &one, NULL), 0);
	for (; pairs && pairs->key; pairs++) {
		MDB_val key = text_of(pairs->key, with_nul);
		MDB_val value = text_of(pairs->value, with_nul);
		assert_int_equal(mdb_put(txn, dbi, &key, &value, 0), 0);
	}
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

void lmdb_table_put(const char *path, struct map_bytes key, struct map_bytes value)
{
	MDB_env *env = open_env(path, 0);
	MDB_dbi dbi;
	MDB_txn *txn = begin(env, 0, &dbi);
	MDB_val stored_key = { key.size, (void *)(uintptr_t)key.data };
	MDB_val stored_value = { value.size, (void *)(uintptr_t)value.data };

	assert_int_equal(mdb_put(txn, dbi, &stored_key, &stored_value, 0), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

const char *lmdb_table_text(const char *path, char text[static BERKELEY_TEXT])
{
	MDB_env *env = open_env(path, MDB_RDONLY);
	MDB_dbi dbi;
	MDB_txn *txn = begin(env, MDB_RDONLY, &dbi);
	MDB_cursor *cursor = NULL;
	MDB_val key, value;
	size_t used = 0;

	text[0] = '\0';
	assert_int_equal(mdb_cursor_open(txn, dbi, &cursor), 0);
	/* In the order of the bytes already. */
	while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
		char shown_key[LINE], shown_value[LINE];

		used += (size_t)snprintf(text + used, BERKELEY_TEXT - used, "%s=%s\n",
					 escape_bytes(key.mv_data, key.mv_size, "",
						      shown_key, sizeof(shown_key)),
					 escape_bytes(value.mv_data, value.mv_size, "",
						      shown_value, sizeof(shown_value)));
		assert_true(used < BERKELEY_TEXT);
	}
	mdb_cursor_close(cursor);
	mdb_txn_abort(txn);
	mdb_env_close(env);
	return text;
}

static long count_entries(MDB_env *env)
{
	MDB_txn *txn = NULL;
	MDB_cursor *cursor = NULL;
	MDB_dbi dbi;
	MDB_val key, value;
	long count = -1;

	if (mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) != 0)
		return -1;
	if (mdb_dbi_open(txn, NULL, 0, &dbi) == 0 &&
	    mdb_cursor_open(txn, dbi, &cursor) == 0) {
		int found = 0;
		for (count = -1; found == 0; count++)
			found = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
		if (found != MDB_NOTFOUND)
			count = -1;
		mdb_cursor_close(cursor);
	}
	mdb_txn_abort(txn);
	return count;
}

long lmdb_table_count(const char *path)
{
	MDB_env *env = NULL;
	long count = -1;

	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_mapsize(env, MAP_SIZE), 0);
	if (mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK | MDB_RDONLY, 0) == 0)
		count = count_entries(env);
	mdb_env_close(env);
	return count;
}

void lmdb_reader_open(struct lmdb_reader *reader, const char *path)
{
	MDB_dbi dbi;

	reader->fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(reader->fd >= 0);
	reader->env = open_env(path, MDB_RDONLY);
	MDB_txn *txn = begin(reader->env, MDB_RDONLY, &dbi);
	mdb_txn_abort(txn);
	reader->dbi = dbi;
}

static int lock(const struct lmdb_reader *reader, int command, short type)
{
	struct flock whole = { .l_type = type, .l_whence = SEEK_SET };

	return fcntl(reader->fd, command, &whole);
}

int lmdb_reader_look(struct lmdb_reader *reader, const char *key)
{
	MDB_val stored = text_of(key, true), value;
	MDB_txn *txn = NULL;

	if (lock(reader, F_SETLK, F_RDLCK) < 0)
		return -EBUSY;
	assert_int_equal(mdb_txn_begin(reader->env, NULL, MDB_RDONLY, &txn), 0);
	const int found = mdb_get(txn, reader->dbi, &stored, &value) == 0;
	mdb_txn_abort(txn);
	(void)lock(reader, F_SETLK, F_UNLCK);
	return found;
}

int lmdb_reader_equal(struct lmdb_reader *reader, const char *key, const char *other)
{
	MDB_val keys[2] = { text_of(key, true), text_of(other, true) };
	MDB_val values[2] = { { 0 }, { 0 } };
	MDB_txn *txn = NULL;
	int found[2];

	assert_int_equal(lock(reader, F_SETLKW, F_RDLCK), 0);
	assert_int_equal(mdb_txn_begin(reader->env, NULL, MDB_RDONLY, &txn), 0);
	for (int i = 0; i < 2; i++)
		found[i] = mdb_get(txn, reader->dbi, &keys[i], &values[i]);
	const int equal =
		found[0] == found[1] && values[0].mv_size == values[1].mv_size &&
		(found[0] != 0 ||
		 memcmp(values[0].mv_data, values[1].mv_data, values[0].mv_size) == 0);
	mdb_txn_abort(txn);
	(void)lock(reader, F_SETLK, F_UNLCK);
	return equal;
}

void *lmdb_rebuild_begin(struct lmdb_reader *ret, const char *path)
{
	ret->fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(ret->fd >= 0);
	ret->env = open_env(path, 0);
	MDB_txn *txn = begin(ret->env, 0, &ret->dbi);
	assert_int_equal(mdb_drop(txn, ret->dbi, 0), 0);
	return txn;
}

void lmdb_rebuild_end(struct lmdb_reader *rebuilder, void *txn, int records)
{
	char text[32];

	/* Readers of old pages must have gone; then the shared one keeps writers out. */
	assert_int_equal(lock(rebuilder, F_SETLKW, F_WRLCK), 0);
	assert_int_equal(lock(rebuilder, F_SETLKW, F_RDLCK), 0);
	for (int i = 0; i < records; i++) {
		(void)snprintf(text, sizeof(text), "static%d", i);
		MDB_val key = text_of(text, true), value = text_of("REJECT", true);
		assert_int_equal(mdb_put(txn, rebuilder->dbi, &key, &value, 0), 0);
	}
	assert_int_equal(mdb_txn_commit(txn), 0);
	lmdb_reader_close(rebuilder);
}

void lmdb_reader_close(struct lmdb_reader *reader)
{
	mdb_env_close(reader->env);
	(void)close(reader->fd);
}
