/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/shadow_steps.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "map/exchange_note.h"
#include "map/shadow_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct timespec shadow_bumped(struct timespec mtime)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	/* sendmail compares whole seconds: one more than what it can have seen. */
	return now.tv_sec > mtime.tv_sec
		       ? now
		       : (struct timespec){ .tv_sec = mtime.tv_sec + 1 };
}

int shadow_swap(const struct shadow_file *shadow, struct swap swap, struct why *why)
{
	struct exchange_note note = { .ours = swap.ours, .in = swap.in, .out = swap.out };

	memcpy(note.map, shadow->name.path, sizeof(note.map));
	const int noted = exchange_note_write(shadow->note_fd, &note, why);
	if (noted < 0)
		return noted;
	if (renameat2(shadow->folder_fd, shadow->name.copy, shadow->folder_fd,
		      shadow->name.file, RENAME_EXCHANGE) < 0) {
		const int error = -errno;
		/* Nothing was exchanged: there is nothing for a successor to finish. */
		(void)exchange_note_clear(shadow->note_fd, NULL);
		return why_set(why, error, "cannot exchange %s for %s in %s",
			       shadow->name.copy, shadow->name.file, shadow->name.folder);
	}
	return 0;
}

int shadow_stat_copy(const struct shadow_file *shadow, struct stat *ret, struct why *why)
{
	if (fstatat(shadow->folder_fd, shadow->name.copy, ret, AT_SYMLINK_NOFOLLOW) < 0)
		return why_set(why, -errno, "cannot look at %s/%s", shadow->name.folder,
			       shadow->name.copy);
	return 0;
}

int shadow_unlink_copy(const struct shadow_file *shadow, struct why *why)
{
	if (unlinkat(shadow->folder_fd, shadow->name.copy, 0) < 0 && errno != ENOENT)
		return why_set(why, -errno, "cannot remove %s/%s", shadow->name.folder,
			       shadow->name.copy);
	return exchange_note_clear(shadow->note_fd, why);
}

/* Readers of it look again. Not a name that its owner has linked to somebody else's file
 * meanwhile: by descriptor, and only what has no second link. */
static void date_copy(const struct shadow_file *shadow)
{
	struct stat found;
	cleanup_fd int fd =
		openat(shadow->folder_fd, shadow->name.copy,
		       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &found) < 0 || !S_ISREG(found.st_mode) ||
	    found.st_nlink != 1)
		return;
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
					   shadow_bumped(found.st_mtim) };
	/* Fails only where it is somebody else's: then there is no reader of ours. */
	(void)futimens(fd, times);
}

int shadow_drop_copy(const struct shadow_file *shadow, struct why *why)
{
	date_copy(shadow);
	return shadow_unlink_copy(shadow, why);
}
