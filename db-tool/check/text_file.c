/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/text_file.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

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

int text_file_read(const char *path, char **ret)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat file;

	if (fd < 0 || fstat(fd, &file) < 0)
		return -errno;
	if (!S_ISREG(file.st_mode))
		return -EINVAL;
	if (file.st_size > TEXT_FILE_MOST)
		return -EFBIG;
	/* What /proc has shows no size. */
	const size_t room = file.st_size > 0 ? (size_t)file.st_size : 65536;
	cleanup_free char *text = malloc(room + 1);
	if (!text)
		return -ENOMEM;
	const ssize_t size = read_all(fd, text, room);
	if (size < 0)
		return (int)size;
	text[size] = '\0';
	*ret = text;
	text = NULL;
	return 0;
}

char *text_next_line(char **text)
{
	return strsep(text, "\n");
}

char *text_next_word(char **line, bool *ret_bracketed)
{
	char *word = *line + strspn(*line, TEXT_BLANKS);
	const bool bracketed = *word == '[';

	if (ret_bracketed)
		*ret_bracketed = bracketed;
	if (*word == '\0')
		return NULL;
	word += bracketed;
	char *end = word + strcspn(word, bracketed ? "]" : TEXT_BLANKS);
	*line = *end == '\0' ? end : end + 1;
	*end = '\0';
	return word;
}

char *text_trim(char *text)
{
	text += strspn(text, TEXT_BLANKS);
	size_t length = strlen(text);
	while (length > 0 && strchr(TEXT_BLANKS, text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}
