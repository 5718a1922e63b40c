/* SPDX-License-Identifier: BSD-2-Clause */
#include "listing_1999.h"

#include <db.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <syslog.h>
#include <unistd.h>

#define WARNING (LOG_MAIL | LOG_WARNING)
#define INFO (LOG_MAIL | LOG_INFO)

static DBT text_of(const char *text)
{
	return (DBT){ .data = (void *)(uintptr_t)text, .size = (u_int32_t)strlen(text) };
}

/* Its time is when the address was opened last, or should be: an open of a file that is
 * there changes no time. The patch did not mind. */
static void make_stamp(const char *folder, const char *address)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, address);
	const int fd = open(path, O_CREAT, 0600);
	if (fd < 0)
		syslog(WARNING, "error creating %s", path);
	else
		(void)close(fd);
}

static int put(DB *db, const struct listing_1999 *listing, const char *address,
	       const char *user)
{
	DBT key = text_of(address), value = text_of("RELAY");

	if (db->put(db, NULL, &key, &value, 0) != 0) {
		syslog(WARNING, "error inserting %s into %s for user %s", address,
		       listing->table, user);
		return -1;
	}
	make_stamp(listing->stamps, address);
	syslog(INFO, "inserted %s into %s for user %s", address, listing->table, user);
	return 0;
}

static int put_locked(DB *db, const struct listing_1999 *listing, const char *address,
		      const char *user)
{
	int fd = -1;

	if (db->fd(db, &fd) != 0 || flock(fd, LOCK_EX) < 0) {
		syslog(WARNING, "can't get lock on %s", listing->table);
		return -1;
	}
	const int result = put(db, listing, address, user);
	(void)flock(fd, LOCK_UN);
	return result;
}

int listing_1999(const struct listing_1999 *listing, const char *address,
		 const char *user)
{
	DB *db = NULL;

	if (db_create(&db, NULL, 0) != 0)
		return -1;
	if (db->open(db, NULL, listing->table, NULL, DB_HASH, 0, 0) != 0) {
		syslog(WARNING, "error opening %s", listing->table);
		(void)db->close(db, 0);
		return -1;
	}
	const int result = put_locked(db, listing, address, user);
	const int closed = db->close(db, 0);
	return closed == 0 ? result : -1;
}
