/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/shadow_steps.h"

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

int shadow_drop_copy(const struct shadow_file *shadow, const struct stat *named,
		     struct why *why)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
					   shadow_bumped(named->st_mtim) };

	/* Fails only when the name is gone or somebody else's: then there is no reader
	 * of ours to tell. */
	(void)utimensat(shadow->folder_fd, shadow->name.copy, times, AT_SYMLINK_NOFOLLOW);
	return shadow_unlink_copy(shadow, why);
}
