/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/exchange_note.h"

#include "base/why.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTE_MAX (PATH_MAX + 96)
#define NOTE_FORMAT "ours=%" PRIu64 " in=%" PRIu64 " out=%" PRIu64 " map="

int exchange_note_read(int fd, struct exchange_note *ret)
{
	char line[NOTE_MAX + 1];
	uint64_t ours, in, out;
	int path_at = 0;

	const ssize_t length = pread(fd, line, NOTE_MAX, 0);
	if (length < 0)
		return -errno;
	line[length] = '\0';
	/* Without its newline the line is cut off and means nothing. */
	char *end = strchr(line, '\n');
	if (!end || sscanf(line, NOTE_FORMAT "%n", &ours, &in, &out, &path_at) != 3 ||
	    path_at == 0 || line[path_at] != '/')
		return 0;
	*end = '\0';
	*ret = (struct exchange_note){ .ours = ours, .in = in, .out = out };
	(void)snprintf(ret->map, sizeof(ret->map), "%s", line + path_at);
	return 1;
}

int exchange_note_write(int fd, const struct exchange_note *note, struct why *why)
{
	char line[NOTE_MAX];
	const int length =
		snprintf(line, sizeof(line), NOTE_FORMAT "%s\n", (uint64_t)note->ours,
			 (uint64_t)note->in, (uint64_t)note->out, note->map);

	const ssize_t written = pwrite(fd, line, (size_t)length, 0);
	if (written != length)
		return why_set(why, written < 0 ? -errno : -ENOSPC,
			       "cannot note the exchange in commit.lock");
	return 0;
}

int exchange_note_clear(int fd, struct why *why)
{
	if (ftruncate(fd, 0) < 0)
		return why_set(why, -errno, "cannot clear the note in commit.lock");
	return 0;
}

bool exchange_note_present(int fd)
{
	struct stat found;

	return fd >= 0 && fstat(fd, &found) == 0 && found.st_size > 0;
}
