/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/blocks.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "core/lease_dir.h"
#include "core/whole_text.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define NAME "blocked"
#define NEW_NAME ".blocked.new"
#define MODE 0600
#define BYTES_MOST ((size_t)BLOCKS_MAX * BLOCK_LINE)

static int append(struct blocks *blocks, const struct block *block)
{
	if (blocks->count == BLOCKS_MAX)
		return -E2BIG;
	struct block *list = reallocarray(blocks->list, blocks->count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	list[blocks->count++] = *block;
	blocks->list = list;
	return 0;
}

int blocks_set(struct blocks *blocks, const struct block *block)
{
	/* It would be no line that can be read again. */
	if (block->user[0] == '\0' && block->network.family == 0)
		return -EINVAL;
	for (size_t i = 0; i < blocks->count; i++)
		if (block_same(&blocks->list[i], block)) {
			blocks->list[i] = *block;
			return 0;
		}
	return append(blocks, block);
}

bool blocks_has(const struct blocks *blocks, const struct block *block)
{
	for (size_t i = 0; i < blocks->count; i++)
		if (block_same(&blocks->list[i], block))
			return true;
	return false;
}

int blocks_drop(struct blocks *blocks, const struct block *block)
{
	for (size_t i = 0; i < blocks->count; i++) {
		struct block *found = &blocks->list[i];
		if (!block_same(found, block))
			continue;
		memmove(found, found + 1, (blocks->count - i - 1) * sizeof(*found));
		blocks->count--;
		return 1;
	}
	return 0;
}

const struct block *blocks_cover(const struct blocks *blocks, const struct lease *lease,
				 unsigned ipv6_prefix)
{
	for (size_t i = 0; i < blocks->count; i++)
		if (block_covers(&blocks->list[i], lease, ipv6_prefix))
			return &blocks->list[i];
	return NULL;
}

bool blocks_name_users(const struct blocks *blocks)
{
	for (size_t i = 0; i < blocks->count; i++)
		if (blocks->list[i].user[0] != '\0')
			return true;
	return false;
}

void blocks_free(struct blocks *blocks)
{
	free(blocks->list);
	*blocks = (struct blocks){ 0 };
}

static int unreadable(const struct lease_dir *dir, int error, struct why *why)
{
	return why_set(why, error, "cannot read %s/" NAME ", so nothing new is opened",
		       dir->path);
}

static int read_text(const struct lease_dir *dir, int fd, char **ret, struct why *why)
{
	struct stat file;

	if (fstat(fd, &file) < 0)
		return unreadable(dir, -errno, why);
	const size_t size = (size_t)file.st_size;
	if (!S_ISREG(file.st_mode) || size > BYTES_MOST)
		return unreadable(dir, -EFBIG, why);
	/* It is never written to, only replaced. */
	const ssize_t length = whole_text(fd, size, ret);
	if (length < 0 || (size_t)length != size)
		return unreadable(dir, length < 0 ? (int)length : -EIO, why);
	return strlen(*ret) == size ? 0 : unreadable(dir, -EILSEQ, why);
}

static int parse(const char *line, time_t now, struct blocks *ret)
{
	struct block block;

	const int error = block_parse(line, &block);
	if (error < 0)
		return error;
	/* No two lines are of the same: nothing to look for. */
	return block_is_over(&block, now) ? 0 : append(ret, &block);
}

static int parse_all(const struct lease_dir *dir, const char *text, time_t now,
		     struct blocks *ret, struct why *why)
{
	const char *at = text;

	for (int number = 1; *at; number++) {
		const int error = parse(at, now, ret);
		if (error == -EINVAL)
			return why_say(why, error,
				       "%s/" NAME
				       ", line %d: is no block, so nothing new is "
				       "opened; remove the line",
				       dir->path, number);
		if (error < 0)
			return unreadable(dir, error, why);
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	return 0;
}

int blocks_read(const struct lease_dir *dir, time_t now, struct blocks *ret,
		struct why *why)
{
	cleanup_free char *text = NULL;

	*ret = (struct blocks){ 0 };
	cleanup_fd int fd = openat(dir->fd, NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : unreadable(dir, -errno, why);
	int error = read_text(dir, fd, &text, why);
	if (error < 0 || !text)
		return error;
	error = parse_all(dir, text, now, ret, why);
	if (error < 0)
		blocks_free(ret);
	return error;
}

static int write_all(int fd, const struct blocks *blocks)
{
	char line[BLOCK_LINE];

	for (size_t i = 0; i < blocks->count; i++) {
		const size_t length = block_print(&blocks->list[i], line);
		const ssize_t written = write(fd, line, length);
		if (written < 0 || (size_t)written != length)
			return written < 0 ? -errno : -ENOSPC;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

static int replace(int folder, const struct blocks *blocks)
{
	if (blocks->count == 0)
		return unlinkat(folder, NAME, 0) < 0 && errno != ENOENT ? -errno : 0;
	cleanup_fd int fd =
		openat(folder, NEW_NAME,
		       O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, MODE);
	if (fd < 0)
		return -errno;
	int error = write_all(fd, blocks);
	if (error == 0 && renameat(folder, NEW_NAME, folder, NAME) < 0)
		error = -errno;
	return error;
}

void blocks_tidy(const struct lease_dir *dir)
{
	(void)unlinkat(dir->fd, NEW_NAME, 0);
}

int blocks_write(const struct lease_dir *dir, const struct blocks *blocks,
		 struct why *why)
{
	cleanup_fd int folder = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	int error = folder < 0 ? -errno : replace(folder, blocks);
	if (error == 0 && fsync(folder) < 0)
		error = -errno;
	return error < 0 ? why_set(why, error, "cannot write %s/" NAME, dir->path) : 0;
}
