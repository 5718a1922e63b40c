/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/run_file.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "core/new_folder.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FOLDER_MODE 0755
#define FILE_MODE 0644

static int path_of(const char *run_dir, const char *name, char path[static PATH_MAX])
{
	const int length = snprintf(path, PATH_MAX, "%s/%s", run_dir, name);

	return length < 0 || length >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static int open_folder(const char *run_dir)
{
	const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
	int fd = open(run_dir, flags);

	if (fd < 0 && errno == ENOENT) {
		const int made = new_folder(AT_FDCWD, run_dir, FOLDER_MODE);
		if (made < 0)
			return made;
		fd = open(run_dir, flags);
	}
	return fd < 0 ? -errno : fd;
}

int run_file_write(const char *run_dir, const char *name, const char *text,
		   struct why *why)
{
	char temporary[NAME_MAX + 1];
	const size_t length = strlen(text);
	cleanup_fd int folder = open_folder(run_dir);

	if (folder < 0)
		return why_set(why, folder, "cannot open the run folder %s", run_dir);
	(void)snprintf(temporary, sizeof(temporary), ".%s.new", name);
	cleanup_fd int fd =
		openat(folder, temporary,
		       O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return why_set(why, -errno, "cannot write %s/%s", run_dir, name);
	const ssize_t written = write(fd, text, length);
	if (written < 0 || (size_t)written != length)
		return why_set(why, written < 0 ? -errno : -ENOSPC, "cannot write %s/%s",
			       run_dir, name);
	if (fchmod(fd, FILE_MODE) < 0 || renameat(folder, temporary, folder, name) < 0)
		return why_set(why, -errno, "cannot replace %s/%s", run_dir, name);
	return 0;
}

int run_file_read(const char *run_dir, const char *name, char *text, size_t room)
{
	char path[PATH_MAX];

	const int named = path_of(run_dir, name, path);
	if (named < 0)
		return named;
	cleanup_fd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	const ssize_t length = read(fd, text, room - 1);
	if (length < 0)
		return -errno;
	text[length] = '\0';
	return (int)length;
}

int run_file_mtime(const char *run_dir, const char *name, time_t *ret)
{
	char path[PATH_MAX];
	struct stat file;

	const int named = path_of(run_dir, name, path);
	if (named < 0)
		return named;
	if (lstat(path, &file) < 0)
		return -errno;
	*ret = file.st_mtime;
	return 0;
}

int run_file_date(const char *run_dir, const char *name)
{
	char path[PATH_MAX];

	const int named = path_of(run_dir, name, path);
	if (named < 0)
		return named;
	return utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

int run_file_remove(const char *run_dir, const char *name)
{
	char path[PATH_MAX];

	const int named = path_of(run_dir, name, path);
	if (named < 0)
		return named;
	return unlink(path) < 0 ? -errno : 0;
}
