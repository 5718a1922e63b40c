/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/map_backend.h"

#include "base/why.h"
#include "map/map.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *type, *object;
	bool in_place;
} types[] = {
	{ "hash", "map_berkeley.so", false },
	{ "btree", "map_berkeley.so", false },
	{ "lmdb", "map_lmdb.so", true },
	/* never installed: the tests' failing backend */
	{ "fail", "map_fail.so", false },
};

static int find_type(const char *type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].type, type) == 0)
			return (int)i;
	return -1;
}

bool map_type_known(const char *type)
{
	return find_type(type) >= 0;
}

bool map_type_in_place(const char *type)
{
	const int found = find_type(type);

	return found >= 0 && types[found].in_place;
}

static const struct map_backend *find_backend(void *object, const char *type)
{
	const struct map_backend *const *found = dlsym(object, "map_backends");

	for (; found && *found; found++)
		if ((*found)->abi == MAP_ABI && strcmp((*found)->type, type) == 0)
			return *found;
	return NULL;
}

/* A host that is short of memory or descriptors must not send anybody to install it. */
static int say_not_loaded(const char *type, const char *path, struct why *why)
{
	const char *reason = dlerror();

	if (access(path, F_OK) == 0)
		return why_say(why, -ELIBACC,
			       "cannot load the backend for tables of type %s: %s", type,
			       reason);
	return why_say(why, -EPROTONOSUPPORT,
		       "tables of type %s need a backend that is not installed: %s", type,
		       reason);
}

int map_backend_load(const char *type, const char *folder, struct loaded_backend *ret,
		     struct why *why)
{
	char path[PATH_MAX];
	const int found = find_type(type);

	if (found < 0)
		return why_say(why, -EPROTONOSUPPORT, "'%s' is no type of table", type);
	const int length =
		snprintf(path, sizeof(path), "%s/%s", folder, types[found].object);
	if (length < 0 || (size_t)length >= sizeof(path))
		return why_say(why, -ENAMETOOLONG, "backend_dir is too long");

	ret->object = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	if (!ret->object)
		return say_not_loaded(type, path, why);
	ret->backend = find_backend(ret->object, type);
	if (!ret->backend) {
		map_backend_unload(ret);
		return why_say(why, -EPROTO,
			       "%s is of another version of pam_sap: install both anew",
			       path);
	}
	return 0;
}

void map_backend_unload(struct loaded_backend *loaded)
{
	if (loaded->object)
		(void)dlclose(loaded->object);
	*loaded = (struct loaded_backend){ 0 };
}
