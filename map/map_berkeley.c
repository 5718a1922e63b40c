/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map_berkeley - hash and btree tables of Berkeley DB 5.3
 *
 * The table is changed as a copy that takes the old file's place (shadow_file.h).
 * libdb is opened late, on the copy when there is one, so that a commit opens it once.
 */
#include "base/why.h"
#include "map/berkeley_handle.h"
#include "map/berkeley_new.h"
#include "map/file_format.h"
#include "map/map.h"
#include "map/shadow_file.h"
#include "map/shadow_recover.h"

#include <db.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LARGE ((off_t)1 << 30) /* ten million records */

struct map {
	struct shadow_file shadow;
	const char *path;
	DBTYPE type;
	struct berkeley_handle handle; /* of the base, or of the copy once there is one */
	DBC *cursor;
	bool caught_up; /* a recycled copy has what it lacked */
	bool with_nul;	/* the table's convention; known once db is open */
	bool mixed;	/* a walk that is under way has met a key of the other one */
	bool one_form;	/* a walk to the end has not */
	bool nul_when_empty;
};

static int db_failed(const struct map *map, int error, const char *what, struct why *why)
{
	/* The table itself may be sound: without a note it is copied the next time. */
	if (map->shadow.recycled)
		return why_say(why, -EAGAIN, "cannot %s a spare file of the table %s",
			       what, map->path);
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
		const int error =
			map->handle.db->cursor(map->handle.db, NULL, &map->cursor, 0);
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

static void close_db(struct map *map)
{
	close_cursor(map);
	berkeley_handle_close(&map->handle);
}

static int open_db(struct map *map, struct why *why)
{
	const bool changing = map->shadow.copy_fd >= 0;

	const int error = berkeley_handle_open(
		&map->handle, changing ? map->shadow.copy_fd : map->shadow.base_fd,
		map->type, changing);
	if (error != 0)
		return db_failed(map, error, "open", why);
	return learn_convention(map, why);
}

static struct map_bytes as_found(const DBT *text)
{
	return (struct map_bytes){ .data = text->data, .size = text->size };
}

static int need_db(struct map *map, struct why *why)
{
	if (map->handle.db)
		return 0;
	int error = open_db(map, why);
	if (!map->shadow.recycled || map->caught_up)
		return error;
	if (error == 0 &&
	    berkeley_handle_redo(&map->handle, spares_lacks(&map->shadow.spares)) == 0) {
		map->caught_up = true;
		/* Once more: the spare was another table. */
		return learn_convention(map, why);
	}
	close_db(map);
	error = shadow_copy_afresh(&map->shadow, why);
	return error < 0 ? error : open_db(map, why);
}

static struct map *berkeley_close(struct map *map)
{
	if (!map)
		return NULL;
	close_db(map);
	shadow_close(&map->shadow);
	free(map);
	return NULL;
}

/* Whole pages of nothing, as a copy would have to be made of and a check to read. */
static bool is_hollow(const struct stat *table)
{
	return table->st_size > LARGE && table->st_blocks < table->st_size / 512 / 64;
}

static int right_format(const struct map *map, struct why *why)
{
	const enum file_format want = map->type == DB_HASH ? FORMAT_HASH : FORMAT_BTREE;
	const char *what = NULL;

	const int format = file_format_of(map->shadow.base_fd, &what);
	if (format < 0)
		return why_set(why, format, "cannot read the table %s", map->path);
	if (format == (int)want && is_hollow(&map->shadow.base))
		return why_say(why, -EBADMSG,
			       "the table %s is damaged (nearly all of it was never "
			       "written); rebuild it from its text with makemap",
			       map->path);
	if (format == (int)want)
		return 0;
	return file_format_refuse(map->path, (enum file_format)format, what, why);
}

static int berkeley_open(DBTYPE type, const struct map_place *place, struct map **ret_map,
			 struct why *why)
{
	struct map *map = calloc(1, sizeof(*map));

	if (!map)
		return why_set(why, -ENOMEM, "cannot open the table %s", place->path);
	map->path = place->path;
	map->handle = (struct berkeley_handle)BERKELEY_HANDLE_NONE;
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

/* Whether no key needs a second look-up, by this walk or by that of an earlier commit. */
static bool has_one_form(const struct map *map)
{
	return map->one_form || map->shadow.spares.note.one_form;
}

/* The table's own convention first; a table that two programs wrote has both. */
static int berkeley_get(struct map *map, const char *key, struct map_entry *ret,
			struct why *why)
{
	const int opened = need_db(map, why);

	if (opened < 0)
		return opened;
	for (int i = 0; i < (has_one_form(map) ? 1 : 2); i++) {
		DBT stored = as_stored(key, map->with_nul == (i == 0)), value = { 0 };
		const int error =
			map->handle.db->get(map->handle.db, NULL, &stored, &value, 0);
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

static int berkeley_verify(struct map *map, struct why *why)
{
	const bool changing = map->shadow.copy_fd >= 0;
	int error = 0;

	/* A recycled copy is the table only when it has what it lacked. */
	if (map->shadow.recycled) {
		const int needed = need_db(map, why);
		if (needed < 0)
			return needed;
		error = berkeley_handle_write(&map->handle);
	}
	close_db(map);
	if (error == 0)
		error = berkeley_file_verify(changing ? map->shadow.copy_fd
						      : map->shadow.base_fd);
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
	if (found == 0 && !map->cursor)
		map->mixed = map->one_form = false;
	if (found == 0)
		found = step(map, &key, &value, why);
	if (found == 0)
		map->one_form = !map->mixed;
	if (found > 0) {
		map->mixed |= (without_nul(&key).size != key.size) != map->with_nul;
		ret->key = without_nul(&key);
		ret->value = without_nul(&value);
	}
	return found;
}

static int berkeley_begin(struct map *map, struct why *why)
{
	close_db(map);
	map->caught_up = false;
	return shadow_copy(&map->shadow, why);
}

static int berkeley_remove(struct map *map, const char *key, struct why *why)
{
	int removed = need_db(map, why);

	for (int i = 0; i < 2 && removed >= 0; i++) {
		DBT stored = as_stored(key, i == 0);
		const int error = map->handle.db->del(map->handle.db, NULL, &stored, 0);
		if (error == 0) {
			change_list_remove(&map->shadow.spares.made, as_found(&stored));
			removed = 1;
		} else if (error != DB_NOTFOUND)
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
	(void)map->handle.db->get_flags(map->handle.db, &flags);
	if (flags & (DB_DUP | DB_DUPSORT)) {
		error = berkeley_remove(map, key, why);
		if (error < 0)
			return error;
	}
	DBT stored_key = as_stored(key, map->with_nul);
	DBT stored_value = as_stored(value, map->with_nul);
	error = map->handle.db->put(map->handle.db, NULL, &stored_key, &stored_value, 0);
	if (error != 0)
		return db_failed(map, error, "change", why);
	change_list_put(&map->shadow.spares.made, as_found(&stored_key),
			as_found(&stored_value));
	return 0;
}

static void berkeley_abandon(struct map *map)
{
	const struct map_identity table = map_identity_from(&map->shadow.base);
	struct spares *spares = &map->shadow.spares;
	const bool began = map->shadow.copy_fd >= 0;

	/* Of a copy with changes in it a walk says nothing about the table. */
	if (spares->made.size == 0 && !spares->made.cut)
		spares->note.one_form = has_one_form(map);
	close_db(map);
	shadow_abandon(&map->shadow);
	if (began)
		spares_give_back(spares, &table);
}

static int berkeley_commit(struct map *map, struct why *why)
{
	int error = need_db(map, why);

	if (error == 0) {
		const int written = berkeley_handle_write(&map->handle);
		error = written == 0 ? shadow_sync(&map->shadow, why)
				     : db_failed(map, written, "write", why);
	}
	close_db(map);
	if (error < 0 && map->shadow.recycled)
		error = -EAGAIN;
	map->shadow.spares.note.one_form = has_one_form(map);
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

static const struct map_backend hash = {
	.type = "hash", .open = hash_open, .create = berkeley_new_hash, BERKELEY_REST
};
static const struct map_backend btree = {
	.type = "btree", .open = btree_open, .create = berkeley_new_btree, BERKELEY_REST
};

/* See map_backend.h. */
__attribute__((visibility("default")))
const struct map_backend *const map_backends[] = { &hash, &btree, NULL };
