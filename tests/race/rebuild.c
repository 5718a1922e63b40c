/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rebuild - build a hash table anew in place, step for step as makemap or postmap does
 *
 *	rebuild [-p] TABLE KEY VALUE [KEY VALUE...]
 *
 * For where they are not installed. The steps of makemap (sendmail 8.17, makemap.c,
 * libsmdb/smdb2.c, libsmutil/safefile.c):
 *
 *	stat A; stat B; open without truncation; flock, exclusive, waiting; is the open
 *	file still B?; db->open of the *path* with DB_CREATE|DB_TRUNCATE; is that file
 *	still A?; put; close
 *
 * and, with -p, of postmap (Postfix 3.7, postmap.c, util/mkmap_open.c, mkmap_db.c):
 *
 *	open without truncation; flock, exclusive, waiting; db->open of the *path* with
 *	DB_CREATE|DB_TRUNCATE; put; close
 *
 * Exit status: 0 done; 73 (EX_CANTCREAT) the file changed under it.
 */
#include <db.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define MODE 0640

static bool file_changed(int fd, const struct stat *before)
{
	struct stat now;

	return fstat(fd, &now) < 0 || now.st_nlink != before->st_nlink ||
	       now.st_dev != before->st_dev || now.st_ino != before->st_ino ||
	       now.st_uid != before->st_uid || now.st_gid != before->st_gid;
}

static int fail(int status, const char *text)
{
	(void)fprintf(stderr, "rebuild: %s\n", text);
	return status;
}

/* Returns the locked descriptor, or -1. */
static int open_locked(const char *path, bool check)
{
	struct stat before;

	if (stat(path, &before) < 0)
		return -1;
	const int fd = open(path, O_RDWR | O_CREAT, MODE);
	if (fd < 0 || flock(fd, LOCK_EX) < 0 || (check && file_changed(fd, &before)))
		return -1;
	return fd;
}

static int put_all(DB *db, char **pair)
{
	int error = 0;

	for (; error == 0 && pair[0] && pair[1]; pair += 2) {
		DBT key = { .data = pair[0], .size = (u_int32_t)strlen(pair[0]) };
		DBT value = { .data = pair[1], .size = (u_int32_t)strlen(pair[1]) };
		error = db->put(db, NULL, &key, &value, 0);
	}
	return error;
}

/* `before` NULL: do not look whether the file is still the same. */
static int build(const char *path, const struct stat *before, char **pairs)
{
	DB *db;
	int fd = -1;

	if (db_create(&db, NULL, 0) != 0 ||
	    db->open(db, NULL, path, NULL, DB_HASH, DB_CREATE | DB_TRUNCATE, MODE) != 0 ||
	    db->fd(db, &fd) != 0)
		return fail(EX_CANTCREAT, "cannot open the table");
	if (before && file_changed(fd, before)) {
		(void)db->close(db, 0);
		return fail(EX_CANTCREAT, "file changed after open (A)");
	}
	const int error = put_all(db, pairs);
	if (db->close(db, 0) != 0 || error != 0)
		return fail(EX_IOERR, "cannot write the table");
	return EX_OK;
}

int main(int argc, char **argv)
{
	const bool is_makemap = argc < 2 || strcmp(argv[1], "-p") != 0;
	char **table = argv + (is_makemap ? 1 : 2);
	struct stat before;

	if (argc < (is_makemap ? 4 : 5))
		return fail(EX_USAGE, "usage: rebuild [-p] TABLE KEY VALUE...");
	if (stat(*table, &before) < 0)
		return fail(EX_CANTCREAT, "there is no table");
	const int lock = open_locked(*table, is_makemap);
	if (lock < 0)
		return fail(EX_CANTCREAT, "file changed after open (B)");
	const int status = build(*table, is_makemap ? &before : NULL, table + 1);
	(void)close(lock);
	return status;
}
