/* SPDX-License-Identifier: BSD-2-Clause */
#include "fresh_look.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum answer fresh_look(int fd, const char *key, char ret_value[static FRESH_TEXT])
{
	DBT stored = { .data = (void *)(uintptr_t)key, .size = (u_int32_t)strlen(key) };
	DBT value = { 0 };
	char path[64];
	DB *db = NULL;

	ret_value[0] = '\0';
	/* The file may have no other name any more. */
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (db_create(&db, NULL, 0) != 0)
		return BROKEN;
	int error = db->open(db, NULL, path, NULL, DB_HASH, DB_RDONLY, 0);
	if (error == 0)
		error = db->get(db, NULL, &stored, &value, 0);
	if (error == 0)
		(void)snprintf(ret_value, FRESH_TEXT, "%.*s", (int)value.size,
			       (const char *)value.data);
	sendmail_table_close(db);
	return error == 0 ? FOUND : error == DB_NOTFOUND ? MISSING : BROKEN;
}
