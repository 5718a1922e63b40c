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

static const struct {
	const char *type, *object;
} objects[] = {
	{ "hash", "map_berkeley.so" },
	{ "btree", "map_berkeley.so" },
	{ "fail", "map_fail.so" }, /* never installed: the tests' failing backend */
};

static const char *object_of(const char *type)
{
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (strcmp(objects[i].type, type) == 0)
			return objects[i].object;
	return NULL;
}

bool map_type_known(const char *type)
{
	return object_of(type) != NULL;
}

static const struct map_backend *find_backend(void *object, const char *type)
{
	const struct map_backend *const *found = dlsym(object, "map_backends");

	for (; found && *found; found++)
		if ((*found)->abi == MAP_ABI && strcmp((*found)->type, type) == 0)
			return *found;
	return NULL;
}

int map_backend_load(const char *type, const char *folder, struct loaded_backend *ret,
		     struct why *why)
{
	char path[PATH_MAX];
	const char *object = object_of(type);

	if (!object)
		return why_say(why, -EPROTONOSUPPORT, "'%s' is no type of table", type);
	const int length = snprintf(path, sizeof(path), "%s/%s", folder, object);
	if (length < 0 || (size_t)length >= sizeof(path))
		return why_say(why, -ENAMETOOLONG, "backend_dir is too long");

	ret->object = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	if (!ret->object)
		return why_say(
			why, -EPROTONOSUPPORT,
			"tables of type %s need a backend that is not installed: %s",
			type, dlerror());
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
