/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/seal.h"

#include "core/run_file.h"
#include "core/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SEAL "seal"
#define SEAL_MAX (PATH_MAX + 512)
#define IDENTITY_FORMAT                                                                  \
	"dev=%" PRIu64 " ino=%" PRIu64 " size=%" PRId64 " mtime=%" PRId64                \
	".%09ld ctime=%" PRId64 ".%09ld leases=%ld"

/* How records are written: same settings, same text. */
static void print_form(const struct settings *settings, char *text, size_t room)
{
	(void)snprintf(text, room, " form=%d/%ld/%s/%s map=%s\n", (int)settings->mta,
		       settings->ipv6_prefix, settings->key_tag, settings->value,
		       settings->map_path);
}

static bool read_seal(const struct settings *settings, struct seal *ret)
{
	char text[SEAL_MAX], form[SEAL_MAX];
	uint64_t dev, ino;
	int64_t size, mtime, ctime;
	int end = 0;

	if (run_file_read(settings->run_dir, SEAL, text, sizeof(text)) <= 0)
		return false;
	struct seal seal = { 0 };
	if (sscanf(text, IDENTITY_FORMAT "%n", &dev, &ino, &size, &mtime,
		   &seal.map.mtime.tv_nsec, &ctime, &seal.map.ctime.tv_nsec, &seal.leases,
		   &end) != 8 ||
	    end == 0)
		return false;
	print_form(settings, form, sizeof(form));
	if (strcmp(text + end, form) != 0)
		return false;
	seal.map.dev = dev;
	seal.map.ino = ino;
	seal.map.size = size;
	seal.map.mtime.tv_sec = mtime;
	seal.map.ctime.tv_sec = ctime;
	*ret = seal;
	return true;
}

bool seal_matches(const struct settings *settings, const struct map_identity *map,
		  struct seal *ret)
{
	struct seal seal;

	if (!read_seal(settings, &seal) || !map_identity_equal(&seal.map, map))
		return false;
	if (ret)
		*ret = seal;
	return true;
}

bool seal_holds(const struct settings *settings, struct seal *ret)
{
	struct map_identity now;

	return map_identity_of(settings->map_path, &now) == 0 &&
	       seal_matches(settings, &now, ret);
}

int seal_write(const struct settings *settings, const struct seal *seal, struct why *why)
{
	char text[SEAL_MAX];
	const struct map_identity *map = &seal->map;

	const int used =
		snprintf(text, sizeof(text), IDENTITY_FORMAT, (uint64_t)map->dev,
			 (uint64_t)map->ino, (int64_t)map->size,
			 (int64_t)map->mtime.tv_sec, map->mtime.tv_nsec,
			 (int64_t)map->ctime.tv_sec, map->ctime.tv_nsec, seal->leases);
	print_form(settings, text + used, sizeof(text) - (size_t)used);
	return run_file_write(settings->run_dir, SEAL, text, why);
}

void seal_break(const struct settings *settings)
{
	(void)run_file_remove(settings->run_dir, SEAL);
}
