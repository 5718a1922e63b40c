/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * del_1999 - peer A's program that takes addresses out of the table
 *
 *	del_1999 TABLE del KEY...
 *
 * The part of the program of 1999 that its clean-up calls: open the table, lock it, a
 * del for each key with a line about it, unlock, close.
 */
#include <db.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

static void del(DB *db, const char *name)
{
	DBT key = { .data = (void *)(uintptr_t)name, .size = (u_int32_t)strlen(name) };
	const int error = db->del(db, NULL, &key, 0);

	if (error == 0)
		(void)printf("%s deleted\n", name);
	else if (error == DB_NOTFOUND)
		(void)printf("key %s does not exist\n", name);
	else
		warnx("%s: %s", name, db_strerror(error));
}

int main(int argc, char **argv)
{
	DB *db = NULL;
	int fd = -1;

	if (argc < 3 || strcmp(argv[2], "del") != 0)
		errx(1, "usage: del_1999 TABLE del KEY...");
	if (db_create(&db, NULL, 0) != 0 ||
	    db->open(db, NULL, argv[1], NULL, DB_HASH, 0, 0) != 0)
		errx(1, "cannot open %s", argv[1]);
	if (db->fd(db, &fd) != 0 || flock(fd, LOCK_EX) < 0)
		err(1, "cannot lock %s", argv[1]);
	for (int i = 3; i < argc; i++)
		del(db, argv[i]);
	(void)flock(fd, LOCK_UN);
	return db->close(db, 0) == 0 ? 0 : 1;
}
