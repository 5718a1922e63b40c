/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/table_name.h"

#include <stdio.h>
#include <string.h>

void table_name(const struct settings *settings, char name[static TABLE_NAME])
{
	static const char *const suffixes[] = { ".db", ".lmdb", NULL };
	const size_t size = strlen(settings->map_path);

	(void)snprintf(name, TABLE_NAME, "%s:%s", settings->map_type, settings->map_path);
	for (size_t i = 0; suffixes[i]; i++) {
		const size_t length = strlen(suffixes[i]);

		if (size > length &&
		    strcmp(settings->map_path + size - length, suffixes[i]) == 0) {
			name[strlen(name) - length] = '\0';
			return;
		}
	}
}
