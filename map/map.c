/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/map.h"

#include "map/exchange_note.h"
#include "map/shadow_name.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

bool map_bytes_equal(struct map_bytes bytes, const char *text)
{
	return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

int map_identity_of(const char *path, struct map_identity *ret)
{
	struct stat found;

	if (lstat(path, &found) < 0)
		return -errno;
	*ret = map_identity_from(&found);
	return 0;
}

struct map_identity map_identity_from(const struct stat *found)
{
	return (struct map_identity){ .dev = found->st_dev,
				      .ino = found->st_ino,
				      .size = found->st_size,
				      .mtime = found->st_mtim,
				      .ctime = found->st_ctim };
}

static bool time_equal(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool map_identity_equal(const struct map_identity *a, const struct map_identity *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       time_equal(a->mtime, b->mtime) && time_equal(a->ctime, b->ctime);
}

bool map_needs_recovery(const struct map_place *place)
{
	return exchange_note_present(place->note_fd) ||
	       (!place->in_place && shadow_name_present(place->path));
}
