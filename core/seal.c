/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/seal.h"

#include "core/run_file.h"
#include "core/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEAL "seal"
#define SEAL_MAX 1024 /* settings are shorter */
#define IDENTITY_FORMAT                                                                  \
	"dev=%" PRIu64 " ino=%" PRIu64 " size=%" PRId64 " mtime=%" PRId64                \
	".%09ld ctime=%" PRId64 ".%09ld leases=%ld state=%" PRIu64

/* How records are written: same settings, same text. */
static void print_form(const struct settings *settings, char *text, size_t room)
{
	(void)snprintf(text, room, " form=%d/%ld/%d/%s/%s map=%s\n", (int)settings->mta,
		       settings->ipv6_prefix, settings->ipv6_compressed,
		       settings->key_tag, settings->value, settings->map_path);
}

static bool take_text(const char **at, const char *text)
{
	const size_t length = strlen(text);

	if (strncmp(*at, text, length) != 0)
		return false;
	*at += length;
	return true;
}

/* The number behind `label`; moves `*at` behind it. At each login: not by sscanf. */
static bool take_number(const char **at, const char *label, int64_t *ret)
{
	char *end;

	if (!take_text(at, label))
		return false;
	*ret = (int64_t)strtoull(*at, &end, 10);
	const bool taken = end != *at;
	*at = end;
	return taken;
}

static bool take_identity(const char **at, struct map_identity *ret)
{
	int64_t dev, ino, size, seconds[2], nanoseconds[2];

	if (!take_number(at, "dev=", &dev) || !take_number(at, " ino=", &ino) ||
	    !take_number(at, " size=", &size) ||
	    !take_number(at, " mtime=", &seconds[0]) ||
	    !take_number(at, ".", &nanoseconds[0]) ||
	    !take_number(at, " ctime=", &seconds[1]) ||
	    !take_number(at, ".", &nanoseconds[1]))
		return false;
	*ret = (struct map_identity){ .dev = (dev_t)dev,
				      .ino = (ino_t)ino,
				      .size = size,
				      .mtime = { seconds[0], (long)nanoseconds[0] },
				      .ctime = { seconds[1], (long)nanoseconds[1] } };
	return true;
}

/* What print_form() prints for these settings. */
static bool take_form(const char **at, const struct settings *settings)
{
	int64_t mta, prefix, compressed;

	return take_number(at, " form=", &mta) && mta == (int64_t)settings->mta &&
	       take_number(at, "/", &prefix) && prefix == settings->ipv6_prefix &&
	       take_number(at, "/", &compressed) &&
	       compressed == settings->ipv6_compressed && take_text(at, "/") &&
	       take_text(at, settings->key_tag) && take_text(at, "/") &&
	       take_text(at, settings->value) && take_text(at, " map=") &&
	       take_text(at, settings->map_path) && strcmp(*at, "\n") == 0;
}

static bool read_seal(const struct settings *settings, struct seal *ret)
{
	char text[SEAL_MAX];
	const char *at = text;
	int64_t leases, state;

	if (run_file_read(settings->run_dir, SEAL, text, sizeof(text)) <= 0 ||
	    !take_identity(&at, &ret->map) || !take_number(&at, " leases=", &leases) ||
	    !take_number(&at, " state=", &state))
		return false;
	ret->leases = (long)leases;
	ret->state = (ino_t)state;
	return take_form(&at, settings);
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

int seal_look(const struct settings *settings)
{
	char text[SEAL_MAX];
	const int length = run_file_read(settings->run_dir, SEAL, text, sizeof(text));

	return length < 0 ? length : 0;
}

int seal_write(const struct settings *settings, const struct seal *seal, struct why *why)
{
	char text[SEAL_MAX];
	const struct map_identity *map = &seal->map;

	const int used = snprintf(text, sizeof(text), IDENTITY_FORMAT, (uint64_t)map->dev,
				  (uint64_t)map->ino, (int64_t)map->size,
				  (int64_t)map->mtime.tv_sec, map->mtime.tv_nsec,
				  (int64_t)map->ctime.tv_sec, map->ctime.tv_nsec,
				  seal->leases, (uint64_t)seal->state);
	print_form(settings, text + used, sizeof(text) - (size_t)used);
	return run_file_write(settings->run_dir, SEAL, text, why);
}

time_t seal_time(const struct settings *settings)
{
	time_t written;

	return run_file_mtime(settings->run_dir, SEAL, &written) == 0 ? written : 0;
}

void seal_break(const struct settings *settings)
{
	(void)run_file_remove(settings->run_dir, SEAL);
}
