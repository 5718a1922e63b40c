/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/whole_text.h"

#include "base/cleanup.h"

static ssize_t read_all(int fd, char *text, size_t room)
{
	size_t done = 0;

	while (done < room) {
		const ssize_t got = read(fd, text + done, room - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

ssize_t whole_text(int fd, size_t room, char **ret)
{
	cleanup_free char *text = malloc(room + 1);

	*ret = NULL;
	if (!text)
		return -ENOMEM;
	const ssize_t size = read_all(fd, text, room);
	if (size < 0)
		return size;
	text[size] = '\0';
	*ret = text;
	text = NULL;
	return size;
}
