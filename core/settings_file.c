/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of settings.h: opened with suspicion, read whole, taken line by line. */
#include "base/cleanup.h"
#include "base/why.h"
#include "core/settings.h"
#include "core/whole_text.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX 65536
#define BLANKS " \t\r"

static int may_be_trusted(const struct stat *file, const char *path, struct why *why)
{
	if (!S_ISREG(file->st_mode))
		return why_say(why, -EINVAL, "%s is no regular file", path);
	if (file->st_uid != 0 && file->st_uid != geteuid())
		return why_say(why, -EPERM,
			       "%s belongs to user %u; it must be root's: chown root %s",
			       path, (unsigned)file->st_uid, path);
	if (file->st_mode & (S_IWGRP | S_IWOTH))
		return why_say(
			why, -EPERM,
			"%s may be written by others than its owner: chmod go-w %s", path,
			path);
	if (file->st_size >= FILE_MAX)
		return why_say(why, -EFBIG, "%s is larger than %d bytes", path,
			       FILE_MAX - 1);
	return 0;
}

/* Cut the blanks off both ends; returns where the rest begins. */
static char *trim(char *text)
{
	text += strspn(text, BLANKS);
	size_t length = strlen(text);
	while (length > 0 && strchr(BLANKS, text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

/* A # begins a comment at the start of a line or behind a blank. */
static void cut_comment(char *line)
{
	for (char *at = strchr(line, '#'); at; at = strchr(at + 1, '#'))
		if (at == line || strchr(BLANKS, at[-1])) {
			*at = '\0';
			return;
		}
}

static int take_line(struct settings *settings, char *line, struct why *why)
{
	cut_comment(line);
	line = trim(line);
	if (*line == '\0')
		return 0;
	char *equals = strchr(line, '=');
	if (!equals)
		return why_say(why, -EINVAL, "expected name = value");
	*equals = '\0';
	return settings_set(settings, trim(line), trim(equals + 1), SETTINGS_FILE, why);
}

static int take_lines(struct settings *settings, char *text, const char *path,
		      struct why *why)
{
	struct why mistake = { 0 };
	char *line;

	for (int number = 1; (line = strsep(&text, "\n")); number++)
		if (take_line(settings, line, &mistake) < 0)
			return why_say(why, mistake.error, "%s line %d: %s", path, number,
				       mistake.text);
	return 0;
}

int settings_read_file(struct settings *settings, const char *path, struct why *why)
{
	struct stat file;
	cleanup_free char *text = NULL;

	/* O_NONBLOCK: a FIFO with this name must not hang a login. */
	cleanup_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return why_say(why, -ENOENT,
			       "there is no settings file %s; an empty one means the "
			       "defaults",
			       path);
	if (fd < 0)
		return why_set(why, -errno, "cannot open %s", path);
	if (fstat(fd, &file) < 0)
		return why_set(why, -errno, "cannot look at %s", path);
	const int trusted = may_be_trusted(&file, path, why);
	if (trusted < 0)
		return trusted;

	const ssize_t size = whole_text(fd, (size_t)file.st_size, &text);
	if (size < 0)
		return why_set(why, (int)size, "cannot read %s", path);
	if (strlen(text) != (size_t)size)
		return why_say(why, -EINVAL, "%s contains a NUL byte: it is no text",
			       path);
	return take_lines(settings, text, path, why);
}
