/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map_fail - the backend that always fails
 *
 * Type "fail"; never installed. With it one sees that a failing map loses no lease and
 * harms no login. SAP_FAIL_ERRNO is how, EIO without it.
 */
#include "base/why.h"
#include "map/map.h"

#include <errno.h>
#include <stdlib.h>

static int failed(struct why *why)
{
	const char *number = getenv("SAP_FAIL_ERRNO");

	return why_set(why, number ? -atoi(number) : -EIO, "the failing backend");
}

static int fail_open(const struct map_place *place, struct map **ret_map, struct why *why)
{
	(void)place;
	(void)ret_map;
	return failed(why);
}

static struct map *fail_close(struct map *map)
{
	(void)map;
	return NULL;
}

static int fail_get(struct map *map, const char *key, struct map_entry *ret,
		    struct why *why)
{
	(void)map;
	(void)key;
	(void)ret;
	return failed(why);
}

static int fail_next(struct map *map, struct map_entry *ret, struct why *why)
{
	(void)map;
	(void)ret;
	return failed(why);
}

static int fail_begin(struct map *map, struct why *why)
{
	(void)map;
	return failed(why);
}

static int fail_put(struct map *map, const char *key, const char *value, struct why *why)
{
	(void)map;
	(void)key;
	(void)value;
	return failed(why);
}

static int fail_remove(struct map *map, const char *key, struct why *why)
{
	(void)map;
	(void)key;
	return failed(why);
}

static int fail_commit(struct map *map, struct why *why)
{
	(void)map;
	return failed(why);
}

static void fail_abandon(struct map *map)
{
	(void)map;
}

static int fail_identify(struct map *map, struct map_identity *ret, struct why *why)
{
	(void)map;
	(void)ret;
	return failed(why);
}

static int fail_create(const struct map_place *place, struct why *why)
{
	(void)place;
	return failed(why);
}

static int fail_recover(const struct map_place *place, struct why *why)
{
	(void)place;
	return failed(why);
}

static const struct map_backend fail_backend = {
	.abi = MAP_ABI,
	.type = "fail",
	.open = fail_open,
	.close = fail_close,
	.get = fail_get,
	.next = fail_next,
	.begin = fail_begin,
	.put = fail_put,
	.remove = fail_remove,
	.commit = fail_commit,
	.abandon = fail_abandon,
	.identify = fail_identify,
	.create = fail_create,
	.recover = fail_recover,
};

/* See map_backend.h. */
__attribute__((visibility("default")))
const struct map_backend *const map_backends[] = { &fail_backend, NULL };
