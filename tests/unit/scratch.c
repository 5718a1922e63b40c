/* SPDX-License-Identifier: BSD-2-Clause */
#include "scratch.h"

#include "check.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>

void scratch_make(struct scratch *scratch)
{
	const char *folder = getenv("TMPDIR");

	(void)snprintf(scratch->path, sizeof(scratch->path), "%s/sap-unit.XXXXXX",
		       folder && *folder ? folder : "/tmp");
	assert_non_null(mkdtemp(scratch->path));
}

static int remove_one(const char *path, const struct stat *file, int kind,
		      struct FTW *where)
{
	(void)file;
	(void)kind;
	(void)where;
	return remove(path);
}

void scratch_remove(struct scratch *scratch)
{
	assert_int_equal(nftw(scratch->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

int scratch_setup(void **state)
{
	struct scratch *scratch = malloc(sizeof(*scratch));

	assert_non_null(scratch);
	scratch_make(scratch);
	*state = scratch;
	return 0;
}

int scratch_teardown(void **state)
{
	scratch_remove(*state);
	free(*state);
	return 0;
}

const char *scratch_path(const struct scratch *scratch, const char *name,
			 char path[static SCRATCH_PATH])
{
	(void)snprintf(path, SCRATCH_PATH, "%s/%s", scratch->path, name);
	return path;
}

void scratch_write(const char *path, const void *bytes, size_t size)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
}

const char *scratch_read(const char *path, char *text, size_t room)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		(void)snprintf(text, room, "(none)");
		return text;
	}
	const ssize_t size = read(fd, text, room - 1);
	assert_true(size >= 0);
	text[size] = '\0';
	return text;
}

struct stat scratch_stat(const char *path)
{
	struct stat file;

	if (lstat(path, &file) < 0)
		fail_msg("%s: %s", path, strerror(errno));
	return file;
}

void scratch_date(const char *path, long seconds)
{
	const struct timespec times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), 0);
}
