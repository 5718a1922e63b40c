/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map_berkeley - hash and btree tables of Berkeley DB 5.3
 *
 * The table is changed as a copy that takes the old file's place (shadow_file.h).
 * libdb is opened late, on the copy when there is one, so that a commit opens it once.
 * It gets no environment: none of its region files, and no DB_CONFIG of the map's
 * folder is read.
 */
#include "base/why.h"
#include "map/file_format.h"
#include "map/map.h"
#include "map/shadow_file.h"
#include "map/shadow_recover.h"

#include <db.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct map {
	struct shadow_file shadow;
	const char *path;
	DBTYPE type;
	DB *db; /* of the base, or of the copy once there is one */
	DBC *cursor;
	bool with_nul; /* the table's convention; known once db is open */
	bool nul_when_empty;
};

/* libdb would write its complaints to the host's stderr, and what it finds in a damaged
 * table to its stdout, which may be the client's connection. */
static void say_nothing(const DB_ENV *env, const char *prefix, const char *message)
{
	(void)env;
	(void)prefix;
	(void)message;
}

static void show_nothing(const DB_ENV *env, const char *message)
{
	(void)env;
	(void)message;
}

static int new_handle(DB **ret)
{
	const int error = db_create(ret, NULL, 0);

	if (error == 0) {
		(*ret)->set_errcall(*ret, say_nothing);
		(*ret)->set_msgcall(*ret, show_nothing);
	}
	return error;
}

static int db_failed(const struct map *map, int error, const char *what, struct why *why)
{
	/* We hold it open: only the way to it can be missing. */
	if (error == ENOENT)
		return why_say(why, -ENOENT,
			       "cannot %s the table %s: /proc is not mounted here, and "
			       "the table is opened by way of it",
			       what, map->path);
	if (error > 0)
		return why_set(why, -error, "cannot %s the table %s", what, map->path);
	return why_say(why, -EBADMSG, "cannot %s the table %s: %s", what, map->path,
		       db_strerror(error));
}

static struct map_bytes without_nul(const DBT *text)
{
	const char *data = text->data;
	const size_t size = text->size;

	return (struct map_bytes){ .data = data,
				   .size = size > 0 && data[size - 1] == '\0' ? size - 1
									      : size };
}

static DBT as_stored(const char *text, bool with_nul)
{
	return (DBT){ .data = (void *)(uintptr_t)text,
		      .size = (u_int32_t)(strlen(text) + (with_nul ? 1 : 0)) };
}

static void close_cursor(struct map *map)
{
	if (map->cursor)
		(void)map->cursor->close(map->cursor);
	map->cursor = NULL;
}

/* 1 an entry, 0 the end */
static int step(struct map *map, DBT *key, DBT *value, struct why *why)
{
	if (!map->cursor) {
		const int error = map->db->cursor(map->db, NULL, &map->cursor, 0);
		if (error != 0)
			return db_failed(map, error, "walk", why);
	}
	const int error = map->cursor->get(map->cursor, key, value, DB_NEXT);
	if (error == 0)
		return 1;
	close_cursor(map);
	return error == DB_NOTFOUND ? 0 : db_failed(map, error, "read", why);
}

/* makemap writes no NUL, postmap one: the first record shows who wrote this table. */
static int learn_convention(struct map *map, struct why *why)
{
	DBT key = { 0 }, value = { 0 };

	const int found = step(map, &key, &value, why);
	if (found < 0)
		return found;
	map->with_nul =
		found == 0 ? map->nul_when_empty : without_nul(&key).size != key.size;
	close_cursor(map);
	return 0;
}

static int close_db(struct map *map, bool write)
{
	DB *db = map->db;

	close_cursor(map);
	map->db = NULL;
	return db ? db->close(db, write ? 0 : DB_NOSYNC) : 0;
}

static int need_db(struct map *map, struct why *why)
{
	char path[SHADOW_PATH_MAX];
	const bool changing = map->shadow.copy_fd >= 0;

	if (map->db)
		return 0;
	int error = new_handle(&map->db);
	if (error != 0)
		return db_failed(map, error, "open", why);
	shadow_path(changing ? map->shadow.copy_fd : map->shadow.base_fd, path);
	error = map->db->open(map->db, NULL, path, NULL, map->type,
			      changing ? 0 : DB_RDONLY, 0);
	if (error != 0) {
		(void)close_db(map, false);
		return db_failed(map, error, "open", why);
	}
	return learn_convention(map, why);
}

static struct map *berkeley_close(struct map *map)
{
	if (!map)
		return NULL;
	(void)close_db(map, false);
	shadow_close(&map->shadow);
	free(map);
	return NULL;
}

static int right_format(const struct map *map, struct why *why)
{
	const enum file_format want = map->type == DB_HASH ? FORMAT_HASH : FORMAT_BTREE;
	const char *what = NULL;

	const int format = file_format_of(map->shadow.base_fd, &what);
	if (format < 0)
		return why_set(why, format, "cannot read the table %s", map->path);
	if (format == (int)want)
		return 0;
	if (format == FORMAT_OTHER)
		return why_say(why, -EBADMSG, "%s is %s", map->path, what);
	return why_say(why, -EBADMSG, "%s is %s: name it %s:%s", map->path, what,
		       want == FORMAT_HASH ? "btree" : "hash", map->path);
}

static int berkeley_open(DBTYPE type, const struct map_place *place, struct map **ret_map,
			 struct why *why)
{
	struct map *map = calloc(1, sizeof(*map));

	if (!map)
		return why_set(why, -ENOMEM, "cannot open the table %s", place->path);
	map->path = place->path;
	map->type = type;
	map->nul_when_empty = place->nul_when_empty;
	int error = shadow_open(&map->shadow, place, why);
	if (error == 0)
		error = right_format(map, why);
	if (error < 0) {
		(void)berkeley_close(map);
		return error;
	}
	*ret_map = map;
	return 0;
}

static int hash_open(const struct map_place *place, struct map **ret_map, struct why *why)
{
	return berkeley_open(DB_HASH, place, ret_map, why);
}

static int btree_open(const struct map_place *place, struct map **ret_map,
		      struct why *why)
{
	return berkeley_open(DB_BTREE, place, ret_map, why);
}

/* The table's own convention first; a table that two programs wrote has both. */
static int berkeley_get(struct map *map, const char *key, struct map_entry *ret,
			struct why *why)
{
	const int opened = need_db(map, why);

	if (opened < 0)
		return opened;
	for (int i = 0; i < 2; i++) {
		DBT stored = as_stored(key, map->with_nul == (i == 0)), value = { 0 };
		const int error = map->db->get(map->db, NULL, &stored, &value, 0);
		if (error == DB_NOTFOUND)
			continue;
		if (error != 0)
			return db_failed(map, error, "read", why);
		ret->key = (struct map_bytes){ .data = key, .size = strlen(key) };
		ret->value = without_nul(&value);
		return 1;
	}
	return 0;
}

/* DB->verify wants a handle of its own, and takes it. */
static int berkeley_verify(struct map *map, struct why *why)
{
	char path[SHADOW_PATH_MAX];
	DB *db = NULL;

	(void)close_db(map, false);
	int error = new_handle(&db);
	if (error != 0)
		return db_failed(map, error, "open", why);
	shadow_path(map->shadow.copy_fd >= 0 ? map->shadow.copy_fd : map->shadow.base_fd,
		    path);
	error = db->verify(db, path, NULL, NULL, 0);
	if (error == 0)
		return 0;
	if (error == ENOENT)
		return db_failed(map, error, "open", why);
	return why_say(
		why, -EBADMSG,
		"the table %s is damaged (%s); rebuild it from its text with makemap",
		map->path, db_strerror(error));
}

static int berkeley_next(struct map *map, struct map_entry *ret, struct why *why)
{
	DBT key = { 0 }, value = { 0 };

	int found = need_db(map, why);
	if (found == 0)
		found = step(map, &key, &value, why);
	if (found > 0) {
		ret->key = without_nul(&key);
		ret->value = without_nul(&value);
	}
	return found;
}

static int berkeley_begin(struct map *map, struct why *why)
{
	(void)close_db(map, false);
	return shadow_copy(&map->shadow, why);
}

static int berkeley_remove(struct map *map, const char *key, struct why *why)
{
	int removed = need_db(map, why);

	for (int i = 0; i < 2 && removed >= 0; i++) {
		DBT stored = as_stored(key, i == 0);
		const int error = map->db->del(map->db, NULL, &stored, 0);
		if (error == 0)
			removed = 1;
		else if (error != DB_NOTFOUND)
			return db_failed(map, error, "change", why);
	}
	return removed;
}

static int berkeley_put(struct map *map, const char *key, const char *value,
			struct why *why)
{
	u_int32_t flags = 0;

	int error = need_db(map, why);
	if (error < 0)
		return error;
	/* In a table with duplicates a put would add a second value. */
	(void)map->db->get_flags(map->db, &flags);
	if (flags & (DB_DUP | DB_DUPSORT)) {
		error = berkeley_remove(map, key, why);
		if (error < 0)
			return error;
	}
	DBT stored_key = as_stored(key, map->with_nul);
	DBT stored_value = as_stored(value, map->with_nul);
	error = map->db->put(map->db, NULL, &stored_key, &stored_value, 0);
	return error == 0 ? 0 : db_failed(map, error, "change", why);
}

static void berkeley_abandon(struct map *map)
{
	(void)close_db(map, false);
	shadow_abandon(&map->shadow);
}

static int berkeley_commit(struct map *map, struct why *why)
{
	int error = close_db(map, true);

	if (error != 0)
		error = db_failed(map, error, "write", why);
	if (error == 0)
		error = shadow_sync(&map->shadow, why);
	if (error == 0)
		error = shadow_exchange(&map->shadow, why);
	if (error < 0)
		shadow_abandon(&map->shadow);
	return error;
}

static int berkeley_identify(struct map *map, struct map_identity *ret, struct why *why)
{
	return shadow_identify(&map->shadow, ret, why);
}

#define BERKELEY_REST                                                                    \
	.abi = MAP_ABI, .close = berkeley_close, .get = berkeley_get,                    \
	.verify = berkeley_verify, .next = berkeley_next, .begin = berkeley_begin,       \
	.put = berkeley_put, .remove = berkeley_remove, .commit = berkeley_commit,       \
	.abandon = berkeley_abandon, .identify = berkeley_identify,                      \
	.recover = shadow_recover

static const struct map_backend hash = { .type = "hash",
					 .open = hash_open,
					 BERKELEY_REST };
static const struct map_backend btree = { .type = "btree",
					  .open = btree_open,
					  BERKELEY_REST };

/* See map_backend.h. */
__attribute__((visibility("default")))
const struct map_backend *const map_backends[] = { &hash, &btree, NULL };
