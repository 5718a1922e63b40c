/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map_backend - find and load the backend of a type of table
 *
 * A loadable object FOLDER/map_NAME.so exports one symbol, `map_backends`: the
 * addresses of its backends (map.h), ended by NULL. One object may serve several
 * types: map_berkeley.so has "hash" and "btree", map_lmdb.so has "lmdb".
 *
 * dlopen runs the object's code: the folder comes from the build or from the settings
 * file, never from a module argument or the environment.
 */
#pragma once

#include <stdbool.h>

struct map_backend;
struct why;

struct loaded_backend {
	void *object;
	const struct map_backend *backend;
};

/* Whether `type` is the name of a type of table at all. */
bool map_type_known(const char *type);

/* Whether its tables are changed in place, without a copy beside them. */
bool map_type_in_place(const char *type);

/* -EPROTONOSUPPORT: not built or not installed here; -ELIBACC: it is there, and this
 * process cannot load it; -EPROTO: of another version */
int map_backend_load(const char *type, const char *folder, struct loaded_backend *ret,
		     struct why *why);

void map_backend_unload(struct loaded_backend *loaded);

#define cleanup_backend __attribute__((cleanup(map_backend_unload)))
