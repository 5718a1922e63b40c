/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/exchange_note.h"

#include "base/why.h"
#include "map/boot_id.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NOTE_MAX (PATH_MAX + 96 + BOOT_ID)
#define NOTE_FORMAT "ours=%" PRIu64 " in=%" PRIu64 " out=%" PRIu64

struct boot {
	char id[BOOT_ID + 1];
};

/* Where the kernel does not tell, all boots are one. */
static struct boot this_boot(void)
{
	struct boot boot = { "" };

	if (!boot_id_read(boot.id))
		boot = (struct boot){ "-" };
	return boot;
}

/* For the first byte. */
static const char no_note = '\n';

int exchange_note_read(int fd, struct exchange_note *ret)
{
	char line[NOTE_MAX + 1];
	uint64_t ours, in, out;
	struct boot boot;
	int path_at = 0;

	const ssize_t length = pread(fd, line, NOTE_MAX, 0);
	if (length < 0)
		return -errno;
	line[length] = '\0';
	/* Without its newline the line is cut off and means nothing. */
	char *end = strchr(line, '\n');
	if (!end)
		return 0;
	/* Before it is read: a blank of the format would also be a newline. */
	*end = '\0';
	if (sscanf(line, NOTE_FORMAT " boot=%36s map=%n", &ours, &in, &out, boot.id,
		   &path_at) != 4 ||
	    path_at == 0 || line[path_at] != '/' || strcmp(boot.id, this_boot().id) != 0)
		return 0;
	*ret = (struct exchange_note){ .ours = ours, .in = in, .out = out };
	(void)snprintf(ret->map, sizeof(ret->map), "%s", line + path_at);
	return 1;
}

int exchange_note_write(int fd, const struct exchange_note *note, struct why *why)
{
	char line[NOTE_MAX];
	const int length = snprintf(line, sizeof(line), NOTE_FORMAT " boot=%s map=%s\n",
				    (uint64_t)note->ours, (uint64_t)note->in,
				    (uint64_t)note->out, this_boot().id, note->map);

	/* The first byte last: with it the line is a note. */
	const size_t rest = (size_t)length - 1;
	ssize_t written = pwrite(fd, line + 1, rest, 1);
	if (written == (ssize_t)rest)
		written = pwrite(fd, line, 1, 0) == 1 ? written : -1;
	if (written != (ssize_t)rest)
		return why_set(why, written < 0 ? -errno : -ENOSPC,
			       "cannot note the exchange in commit.lock");
	return 0;
}

int exchange_note_clear(int fd, struct why *why)
{
	/* Not by cutting the file: its block would have to be found anew at each commit.
	 */
	if (exchange_note_present(fd) && pwrite(fd, &no_note, 1, 0) != 1)
		return why_set(why, -errno, "cannot clear the note in commit.lock");
	return 0;
}

bool exchange_note_present(int fd)
{
	char first = no_note;

	return fd >= 0 && pread(fd, &first, 1, 0) == 1 && first != no_note;
}
