/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/text_file.h"

#include "base/cleanup.h"
#include "core/whole_text.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

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
	const ssize_t size = whole_text(fd, room, ret);
	return size < 0 ? (int)size : 0;
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
