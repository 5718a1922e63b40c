/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map_lmdb - tables of LMDB, changed in place as Postfix changes them
 *
 * libmdb sees the file only after its head was looked at (lmdb_meta.h), and a foreign
 * one, when the caller asks to verify it, after all of it was (lmdb_check.h).
 */
#include "base/why.h"
#include "map/file_format.h"
#include "map/lmdb_change.h"
#include "map/lmdb_check.h"
#include "map/lmdb_file.h"
#include "map/map.h"
#include "map/new_file.h"
#include "map/shadow_recover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* With more changes libmdb may write pages before the commit: the file's date then
 * says nothing. It keeps 131072 of them; a change needs some ten. */
#define FEW_CHANGES 1000U

struct map {
	struct lmdb_file file;
	struct lmdb_extent extent; /* of the file as it was opened */
	struct lmdb_change change;
	bool nul_when_empty;
	bool with_nul; /* the table's convention; known once libmdb is open */
	bool began;
	unsigned changes;
};

static int mdb_failed(const struct map *map, int error, const char *what, struct why *why)
{
	const char *path = map->file.path;

	/* We hold it open: only the way to it can be missing. */
	if (error == ENOENT)
		return why_say(why, -ENOENT,
			       "cannot %s the table %s: /proc is not mounted here, and "
			       "the table is opened by way of it",
			       what, path);
	/* What libmdb says of a write that was cut short. */
	if (error == EIO)
		return why_set(why, -EIO, "cannot %s the table %s (is its disk full?)",
			       what, path);
	if (error > 0)
		return why_set(why, -error, "cannot %s the table %s", what, path);
	return why_say(why, error == MDB_BAD_VALSIZE ? -EINVAL : -EBADMSG,
		       "cannot %s the table %s: %s", what, path,
		       error == MDB_BAD_VALSIZE ? "a key has 1 to 511 bytes in LMDB"
						: mdb_strerror(error));
}

static int is_damaged(const struct map *map, const char *fault, struct why *why)
{
	return why_say(why, -EBADMSG,
		       "the table %s is damaged: %s; remove the file (postmap alone "
		       "does not mend it), and make it anew when it is not pam_sap's own",
		       map->file.path, fault);
}

static bool ends_in_nul(MDB_val text)
{
	return text.mv_size > 0 && ((const char *)text.mv_data)[text.mv_size - 1] == '\0';
}

static struct map_bytes without_nul(MDB_val text)
{
	return (struct map_bytes){ text.mv_data, text.mv_size - ends_in_nul(text) };
}

static MDB_val as_stored(const char *text, bool with_nul)
{
	return (MDB_val){ strlen(text) + (with_nul ? 1 : 0), (void *)(uintptr_t)text };
}

/* Postfix writes a NUL behind each text, others none: the first record shows it. */
static int learn_convention(struct map *map, struct why *why)
{
	MDB_val key, value;

	int error = lmdb_change_next(&map->change, &key, &value);
	map->with_nul = error == 0 ? ends_in_nul(key) : map->nul_when_empty;
	lmdb_change_rewind(&map->change);
	return error == 0 || error == MDB_NOTFOUND ? 0
						   : mdb_failed(map, error, "read", why);
}

static int need_libmdb(struct map *map, struct why *why)
{
	if (map->change.env)
		return 0;
	/* What libmdb is to change must be what was looked at. */
	const int touched = map->began ? lmdb_file_untouched(&map->file, why) : 0;
	if (touched < 0)
		return touched;
	const int error = lmdb_change_open(&map->change, lmdb_file_content(&map->file),
					   (size_t)map->file.file.st_size, map->began);
	if (error != 0)
		return mdb_failed(map, error, "open", why);
	return learn_convention(map, why);
}

static struct map *lmdb_close(struct map *map)
{
	if (!map)
		return NULL;
	lmdb_change_close(&map->change);
	lmdb_file_close(&map->file);
	free(map);
	return NULL;
}

static int look_at_head(struct map *map, struct why *why)
{
	const int fd = lmdb_file_content(&map->file);
	const char *what = NULL;

	const int format = file_format_of(fd, &what);
	if (format < 0)
		return why_set(why, format, "cannot read the table %s", map->file.path);
	if (format != FORMAT_LMDB)
		return file_format_refuse(map->file.path, (enum file_format)format, what,
					  why);
	const int error = lmdb_meta_read(fd, &map->extent, &what);
	if (error == -EBADMSG)
		return is_damaged(map, what, why);
	return error < 0 ? why_set(why, error, "cannot read the table %s", map->file.path)
			 : 0;
}

static int lmdb_open(const struct map_place *place, struct map **ret_map, struct why *why)
{
	struct map *map = NULL;

	if (place->path[0] != '/')
		return why_say(why, -EINVAL,
			       "map '%s' must be the absolute path of a file",
			       place->path);
	map = calloc(1, sizeof(*map));
	if (!map)
		return why_set(why, -ENOMEM, "cannot open the table %s", place->path);
	map->nul_when_empty = place->nul_when_empty;
	int error = lmdb_file_open(&map->file, place, why);
	if (error == 0)
		error = look_at_head(map, why);
	if (error < 0) {
		(void)lmdb_close(map);
		return error;
	}
	*ret_map = map;
	return 0;
}

/* The table's own convention first; a table that two programs wrote has both. */
static int lmdb_get(struct map *map, const char *key, struct map_entry *ret,
		    struct why *why)
{
	const int opened = need_libmdb(map, why);

	if (opened < 0)
		return opened;
	for (int i = 0; i < 2; i++) {
		MDB_val value;
		const int error = lmdb_change_get(
			&map->change, as_stored(key, map->with_nul == (i == 0)), &value);
		if (error == MDB_NOTFOUND)
			continue;
		if (error != 0)
			return mdb_failed(map, error, "read", why);
		ret->key = (struct map_bytes){ .data = key, .size = strlen(key) };
		ret->value = without_nul(value);
		return 1;
	}
	return 0;
}

static int lmdb_next(struct map *map, struct map_entry *ret, struct why *why)
{
	MDB_val key, value;

	const int opened = need_libmdb(map, why);
	if (opened < 0)
		return opened;
	const int error = lmdb_change_next(&map->change, &key, &value);
	if (error == MDB_NOTFOUND)
		return 0;
	if (error != 0)
		return mdb_failed(map, error, "walk", why);
	ret->key = without_nul(key);
	ret->value = without_nul(value);
	return 1;
}

static int lmdb_verify(struct map *map, struct why *why)
{
	const char *fault = NULL;

	/* The file may have been changed by us since. */
	int error = look_at_head(map, why);
	if (error < 0)
		return error;
	error = lmdb_check(&map->extent, &fault);
	if (error == -EBADMSG)
		return is_damaged(map, fault, why);
	return error < 0
		       ? why_set(why, error, "cannot check the table %s", map->file.path)
		       : 0;
}

static int lmdb_begin(struct map *map, struct why *why)
{
	lmdb_change_close(&map->change);
	map->changes = 0;
	const int error = lmdb_file_begin(&map->file, why);
	map->began = error == 0;
	return error;
}

static int remove_form(struct map *map, const char *key, bool with_nul, struct why *why)
{
	const int error = lmdb_change_remove(&map->change, as_stored(key, with_nul));

	if (error == MDB_NOTFOUND)
		return 0;
	map->changes++;
	return error == 0 ? 1 : mdb_failed(map, error, "change", why);
}

static int lmdb_remove(struct map *map, const char *key, struct why *why)
{
	int removed = need_libmdb(map, why);

	for (int i = 0; i < 2 && removed >= 0; i++) {
		const int form = remove_form(map, key, i == 0, why);
		removed = form < 0 ? form : removed | form;
	}
	return removed;
}

static int lmdb_put(struct map *map, const char *key, const char *value, struct why *why)
{
	int error = need_libmdb(map, why);

	/* The other form of it would go on to say what it said. */
	if (error == 0)
		error = remove_form(map, key, !map->with_nul, why);
	if (error < 0)
		return error;
	map->changes++;
	const int put = lmdb_change_put(&map->change, as_stored(key, map->with_nul),
					as_stored(value, map->with_nul));
	return put == 0 ? 0 : mdb_failed(map, put, "change", why);
}

static void lmdb_abandon(struct map *map)
{
	lmdb_change_close(&map->change);
	if (map->began)
		lmdb_file_settle(&map->file);
	map->began = false;
}

static int lmdb_commit(struct map *map, struct why *why)
{
	int error = need_libmdb(map, why);

	if (error == 0)
		error = lmdb_file_named(&map->file, why);
	if (error == 0 && map->changes < FEW_CHANGES)
		error = lmdb_file_untouched(&map->file, why);
	if (error == 0)
		error = lmdb_file_unawaited(&map->file, why);
	if (error == 0) {
		const int written = lmdb_change_commit(&map->change);
		if (written == 0)
			lmdb_file_changed(&map->file);
		else
			error = mdb_failed(map, written, "write", why);
	}
	lmdb_abandon(map);
	/* Who replaced it meanwhile has a table without our change. */
	return error == 0 ? lmdb_file_named(&map->file, why) : error;
}

static int lmdb_identify(struct map *map, struct map_identity *ret, struct why *why)
{
	return lmdb_file_identify(&map->file, ret, why);
}

static int write_empty(const void *context, int fd, struct why *why)
{
	struct lmdb_change change;
	MDB_val key = { 1, (char[]){ "x" } };

	(void)context;
	int error = lmdb_change_open(&change, fd, 0, true);
	/* Readers need one transaction in it, and libmdb writes none without a change. */
	if (error == 0)
		error = lmdb_change_put(&change, key, key);
	if (error == 0)
		error = lmdb_change_remove(&change, key);
	if (error == 0)
		error = lmdb_change_commit(&change);
	lmdb_change_close(&change);
	return error == 0 ? 0
			  : why_say(why, error > 0 ? -error : -EIO,
				    "cannot make a new table: %s", mdb_strerror(error));
}

static int lmdb_create(const struct map_place *place, struct why *why)
{
	return new_file(place, (struct new_file_content){ .write = write_empty }, why);
}

static const struct map_backend lmdb = {
	.abi = MAP_ABI,
	.type = "lmdb",
	.open = lmdb_open,
	.close = lmdb_close,
	.get = lmdb_get,
	.next = lmdb_next,
	.verify = lmdb_verify,
	.begin = lmdb_begin,
	.put = lmdb_put,
	.remove = lmdb_remove,
	.commit = lmdb_commit,
	.abandon = lmdb_abandon,
	.identify = lmdb_identify,
	.create = lmdb_create,
	.recover = shadow_recover, /* of a table of another type, that the note names */
};

/* See map_backend.h. */
__attribute__((visibility("default")))
const struct map_backend *const map_backends[] = { &lmdb, NULL };
