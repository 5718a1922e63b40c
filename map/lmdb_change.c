/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/lmdb_change.h"

#include "map/shadow_file.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>

/* Postfix's lmdb_map_size. */
#define LEAST_MAP ((size_t)16 << 20)
#define MOST_MAP (SIZE_MAX / 4)

void lmdb_change_rewind(struct lmdb_change *change)
{
	if (change->cursor)
		mdb_cursor_close(change->cursor);
	change->cursor = NULL;
}

static void end(struct lmdb_change *change)
{
	lmdb_change_rewind(change);
	if (change->txn)
		mdb_txn_abort(change->txn);
	change->txn = NULL;
}

/* No transaction may be open. */
static int enlarge(struct lmdb_change *change)
{
	if (change->map_size > MOST_MAP)
		return MDB_MAP_FULL;
	change->map_size *= 2;
	return mdb_env_set_mapsize(change->env, change->map_size);
}

static int begin(struct lmdb_change *change)
{
	const unsigned flags = change->writing ? 0 : MDB_RDONLY;
	int error = mdb_txn_begin(change->env, NULL, flags, &change->txn);

	while (error == MDB_MAP_RESIZED && (error = enlarge(change)) == 0)
		error = mdb_txn_begin(change->env, NULL, flags, &change->txn);
	if (error != 0)
		change->txn = NULL;
	return error == 0 ? mdb_dbi_open(change->txn, NULL, 0, &change->dbi) : error;
}

int lmdb_change_open(struct lmdb_change *change, int fd, size_t file_size, bool writing)
{
	const unsigned flags = MDB_NOSUBDIR | MDB_NOLOCK | (writing ? 0 : MDB_RDONLY);
	char path[SHADOW_PATH_MAX];

	*change = (struct lmdb_change){ .writing = writing, .map_size = LEAST_MAP };
	/* Every change of a batch must find room in memory, or it could not be redone. */
	change->made.endless = true;
	while (change->map_size < file_size && change->map_size <= MOST_MAP)
		change->map_size *= 2;
	shadow_path(fd, path);
	int error = mdb_env_create(&change->env);
	if (error != 0)
		change->env = NULL;
	if (error == 0)
		error = mdb_env_set_mapsize(change->env, change->map_size);
	if (error == 0)
		error = mdb_env_open(change->env, path, flags, 0);
	if (error == 0)
		error = begin(change);
	if (error != 0)
		lmdb_change_close(change);
	return error;
}

void lmdb_change_close(struct lmdb_change *change)
{
	end(change);
	if (change->env)
		mdb_env_close(change->env);
	change_list_free(&change->made);
	*change = (struct lmdb_change){ 0 };
}

int lmdb_change_get(const struct lmdb_change *change, MDB_val key, MDB_val *ret)
{
	const int error = mdb_get(change->txn, change->dbi, &key, ret);

	return error == MDB_BAD_VALSIZE ? MDB_NOTFOUND : error;
}

int lmdb_change_next(struct lmdb_change *change, MDB_val *key, MDB_val *value)
{
	int error = 0;

	if (!change->cursor)
		error = mdb_cursor_open(change->txn, change->dbi, &change->cursor);
	if (error == 0)
		error = mdb_cursor_get(change->cursor, key, value, MDB_NEXT);
	if (error != 0)
		lmdb_change_rewind(change);
	return error;
}

static MDB_val as_value(struct map_bytes bytes)
{
	return (MDB_val){ bytes.size, (void *)(uintptr_t)bytes.data };
}

static struct map_bytes as_bytes(MDB_val value)
{
	/* An empty value may have no place. */
	return (struct map_bytes){ value.mv_data ? value.mv_data : "", value.mv_size };
}

static int do_one(const struct lmdb_change *change, const struct change *one)
{
	MDB_val key = as_value(one->key), value = as_value(one->value);

	if (one->value.data)
		return mdb_put(change->txn, change->dbi, &key, &value, 0);
	const int error = mdb_del(change->txn, change->dbi, &key, NULL);
	return error == MDB_NOTFOUND ? 0 : error;
}

static int redo(const struct lmdb_change *change)
{
	struct change one;
	size_t at = 0;

	while (change_list_next(&change->made, &at, &one) > 0) {
		const int error = do_one(change, &one);
		if (error != 0)
			return error;
	}
	return change->made.cut ? ENOMEM : 0;
}

/* All of it again, with more room. */
static int grow(struct lmdb_change *change)
{
	int error;

	do {
		end(change);
		error = enlarge(change);
		if (error != 0)
			return error;
		error = begin(change);
		if (error == 0)
			error = redo(change);
	} while (error == MDB_MAP_FULL);
	return error;
}

int lmdb_change_put(struct lmdb_change *change, MDB_val key, MDB_val value)
{
	change_list_put(&change->made, as_bytes(key), as_bytes(value));
	const int error = mdb_put(change->txn, change->dbi, &key, &value, 0);
	return error == MDB_MAP_FULL ? grow(change) : error;
}

int lmdb_change_remove(struct lmdb_change *change, MDB_val key)
{
	MDB_val found;

	/* What is not there must not fill the list. */
	int error = lmdb_change_get(change, key, &found);
	if (error != 0)
		return error;
	change_list_remove(&change->made, as_bytes(key));
	error = mdb_del(change->txn, change->dbi, &key, NULL);
	return error == MDB_MAP_FULL ? grow(change) : error;
}

int lmdb_change_commit(struct lmdb_change *change)
{
	int error = 0;

	do {
		if (error != 0)
			error = grow(change);
		if (error != 0)
			break;
		lmdb_change_rewind(change);
		/* Also when it fails it is gone. */
		error = mdb_txn_commit(change->txn);
		change->txn = NULL;
	} while (error == MDB_MAP_FULL);
	return error;
}
