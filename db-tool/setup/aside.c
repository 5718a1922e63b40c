/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/setup/aside.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "db-tool/setup/plan.h"
#include "map/file_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define SUFFIX ".sapdb-setup"
#define NEW_MODE 0644

static int open_folder(const struct plan_file *file, struct aside *aside, struct why *why)
{
	char path[PATH_MAX];

	if (!file->before)
		(void)snprintf(path, sizeof(path), "%s", file->path);
	else if (!realpath(file->path, path))
		return why_set(why, -errno, "cannot find %s", file->path);
	char *slash = strrchr(path, '/');
	if (snprintf(aside->name, sizeof(aside->name), "%.250s", slash + 1) < 0 ||
	    snprintf(aside->beside, sizeof(aside->beside), ".%.230s" SUFFIX, slash + 1) <
		    0)
		return why_set(why, -ENAMETOOLONG, "cannot replace %s", file->path);
	*slash = '\0';
	aside->folder = open(path[0] ? path : "/", O_DIRECTORY | O_CLOEXEC | O_RDONLY);
	if (aside->folder < 0)
		return why_set(why, -errno, "cannot open the folder of %s", file->path);
	return 0;
}

/* The one that was read, as it was read. */
static int open_same(const struct plan_file *file, const struct aside *aside, int *ret,
		     struct why *why)
{
	cleanup_fd int fd = openat(aside->folder, aside->name,
				   O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat is;

	if (fd < 0 || fstat(fd, &is) < 0)
		return why_set(why, -errno, "cannot read %s", file->path);
	if (is.st_ino != file->was.st_ino || is.st_dev != file->was.st_dev ||
	    is.st_size != file->was.st_size ||
	    is.st_mtim.tv_sec != file->was.st_mtim.tv_sec ||
	    is.st_mtim.tv_nsec != file->was.st_mtim.tv_nsec)
		return why_say(why, -ESTALE,
			       "%s has changed meanwhile: nothing was done, try again",
			       file->path);
	*ret = take_fd(&fd);
	return 0;
}

static int write_text(int fd, const char *text)
{
	const size_t size = strlen(text);

	if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	for (size_t done = 0; done < size;) {
		const ssize_t written = write(fd, text + done, size - done);
		if (written < 0)
			return -errno;
		done += (size_t)written;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

static int write_beside(const struct plan_file *file, const struct aside *aside, int old,
			struct why *why)
{
	/* What a killed run left. */
	(void)unlinkat(aside->folder, aside->beside, 0);
	cleanup_fd int fd =
		openat(aside->folder, aside->beside,
		       O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return why_set(why, -errno, "cannot write beside %s", file->path);
	int error = old < 0 ? 0 : file_copy(old, fd, &file->was, why);
	if (error < 0)
		return error;
	if (old < 0 && fchmod(fd, NEW_MODE) < 0)
		return why_set(why, -errno, "cannot write beside %s", file->path);
	error = write_text(fd, file->text);
	return error < 0 ? why_set(why, error, "cannot write beside %s", file->path) : 0;
}

int aside_write(const struct plan_file *file, struct aside *ret, struct why *why)
{
	struct aside aside = ASIDE_NONE;
	cleanup_fd int old = -1;

	int error = open_folder(file, &aside, why);
	if (error == 0 && file->before)
		error = open_same(file, &aside, &old, why);
	if (error == 0 && file->text)
		error = write_beside(file, &aside, old, why);
	if (error < 0) {
		aside_drop(&aside);
		return error;
	}
	*ret = aside;
	return 0;
}

/* A new file takes nobody's place: link(2) fails where rename would replace. */
static int put(const struct plan_file *file, const struct aside *aside)
{
	if (!file->text)
		return unlinkat(aside->folder, aside->name, 0);
	if (!file->before &&
	    linkat(aside->folder, aside->beside, aside->folder, aside->name, 0) < 0)
		return -1;
	if (!file->before)
		return unlinkat(aside->folder, aside->beside, 0);
	return renameat(aside->folder, aside->beside, aside->folder, aside->name);
}

int aside_put(const struct plan_file *file, struct aside *aside, struct why *why)
{
	if (put(file, aside) < 0)
		return why_set(why, -errno, "cannot replace %s", file->path);
	aside->beside[0] = '\0';
	if (fsync(aside->folder) < 0)
		return why_set(why, -errno, "cannot sync the folder of %s", file->path);
	return 0;
}

void aside_drop(struct aside *aside)
{
	if (aside->folder < 0)
		return;
	if (aside->beside[0] != '\0')
		(void)unlinkat(aside->folder, aside->beside, 0);
	(void)close(aside->folder);
	*aside = ASIDE_NONE;
}
