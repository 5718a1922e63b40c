/* SPDX-License-Identifier: BSD-2-Clause */
#include "sendmail_table.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool file_changed(int fd, const struct stat *before)
{
	struct stat now;

	return fstat(fd, &now) < 0 || now.st_nlink != before->st_nlink ||
	       now.st_dev != before->st_dev || now.st_ino != before->st_ino ||
	       now.st_uid != before->st_uid || now.st_gid != before->st_gid;
}

/* safefile(): the file, and each folder above it. */
static bool looks_safe(const char *path, struct stat *ret)
{
	char folder[4096];
	struct stat above;

	if (stat(path, ret) < 0)
		return false;
	for (const char *slash = strchr(path, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		const int length = slash == path ? 1 : (int)(slash - path);
		(void)snprintf(folder, sizeof(folder), "%.*s", length, path);
		if (lstat(folder, &above) < 0)
			return false;
	}
	return true;
}

/* db_map_open() behind its lock; `*ret` is to be closed in any case. */
static enum answer open_locked(const char *path, const struct stat *before, int lock,
			       DB **ret, struct timespec *ret_mtime)
{
	struct stat opened;
	int fd = -1;

	if (db_create(ret, NULL, 0) != 0)
		return BROKEN;
	DB *db = *ret;
	const int error =
		db->open(db, NULL, path, NULL, DB_HASH, DB_RDONLY | DB_FCNTL_LOCKING, 0);
	(void)close(lock);
	if (error != 0 || db->fd(db, &fd) != 0)
		return BROKEN;
	if (file_changed(fd, before))
		return REFUSED;
	if (fstat(fd, &opened) < 0)
		return BROKEN;
	if (ret_mtime)
		*ret_mtime = opened.st_mtim;
	return FOUND;
}

enum answer sendmail_table_open(const char *path, DB **ret, struct timespec *ret_mtime)
{
	struct stat before;

	if (!looks_safe(path, &before))
		return BROKEN;
	const int lock = open(path, O_RDONLY | O_CLOEXEC);
	if (lock < 0)
		return BROKEN;
	if (file_changed(lock, &before) || flock(lock, LOCK_SH) < 0) {
		(void)close(lock);
		return REFUSED;
	}
	return open_locked(path, &before, lock, ret, ret_mtime);
}

void sendmail_table_close(DB *db)
{
	if (db)
		(void)db->close(db, DB_NOSYNC);
}

enum answer sendmail_table_get(DB *db, char *text)
{
	DBT key = { .data = text, .size = (u_int32_t)strlen(text) };
	DBT value = { 0 };
	const int error = db->get(db, NULL, &key, &value, 0);

	return error == 0 ? FOUND : error == DB_NOTFOUND ? MISSING : BROKEN;
}

enum answer sendmail_table_look_up(DB *db, char *text)
{
	int fd = -1;

	if (db->fd(db, &fd) != 0 || flock(fd, LOCK_SH) < 0)
		return BROKEN;
	const enum answer answer = sendmail_table_get(db, text);
	(void)flock(fd, LOCK_UN);
	return answer;
}
