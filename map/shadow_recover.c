/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/shadow_recover.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "map/exchange_note.h"
#include "map/map.h"
#include "map/shadow_file.h"
#include "map/shadow_steps.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* Each further round needs a `mv` by somebody else. */
#define RECOVER_ROUNDS 100

enum step { DROP, SWAP };

static enum step next_step(const struct exchange_note *note, ino_t temporary, ino_t path)
{
	if (temporary == note->out || (temporary == note->in && note->in == note->ours))
		return DROP;
	if (temporary == note->in)
		return path == note->out ? SWAP : DROP;
	return path == note->in ? SWAP : DROP;
}

/* 1 = look again, 0 = nothing is left */
static int recover_once(const struct shadow_file *shadow, struct why *why)
{
	struct exchange_note note;
	struct stat temporary, path = { 0 };

	const int noted = exchange_note_read(shadow->note_fd, &note);
	if (noted < 0)
		return why_set(why, noted, "cannot read commit.lock");
	if (fstatat(shadow->folder_fd, shadow->name.copy, &temporary,
		    AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? exchange_note_clear(shadow->note_fd, why)
				       : why_set(why, -errno, "cannot look at %s",
						 shadow->name.copy);
	if (fstatat(shadow->folder_fd, shadow->name.file, &path, AT_SYMLINK_NOFOLLOW) <
		    0 &&
	    errno != ENOENT)
		return why_set(why, -errno, "cannot look at %s", shadow->name.file);

	if (!noted || next_step(&note, temporary.st_ino, path.st_ino) == DROP)
		return shadow_drop_copy(shadow, why);
	const int swapped = shadow_swap(shadow,
					(struct swap){ .ours = note.ours,
						       .in = temporary.st_ino,
						       .out = path.st_ino },
					why);
	return swapped < 0 ? swapped : 1;
}

static int recover_at(const char *path, int note_fd, struct why *why)
{
	struct shadow_file shadow = SHADOW_FILE_NONE;

	const int named = shadow_name_of(path, &shadow.name);
	if (named < 0)
		return why_set(why, named, "map '%s' must be the absolute path of a file",
			       path);
	cleanup_fd int folder_fd =
		open(shadow.name.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder_fd < 0)
		return why_set(why, -errno, "cannot open the map's folder %s",
			       shadow.name.folder);
	shadow.folder_fd = folder_fd;
	shadow.note_fd = note_fd;

	for (int i = 0; i < RECOVER_ROUNDS; i++) {
		const int left = recover_once(&shadow, why);
		if (left <= 0)
			return left;
	}
	return why_say(why, -EBUSY, "%s is being replaced again and again", path);
}

int shadow_recover(const struct map_place *place, struct why *why)
{
	struct exchange_note note;

	/* The note's map first: the settings may have named another one then. */
	if (exchange_note_read(place->note_fd, &note) == 1 &&
	    (place->in_place || strcmp(note.map, place->path) != 0)) {
		const int error = recover_at(note.map, place->note_fd, why);
		if (error < 0 && error != -ENOENT)
			return error;
		(void)exchange_note_clear(place->note_fd, NULL);
	}
	/* A table that is changed in place has no copy, whatever has that name. */
	return place->in_place ? exchange_note_clear(place->note_fd, why)
			       : recover_at(place->path, place->note_fd, why);
}
