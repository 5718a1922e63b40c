/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/unit_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The lines of one unit end at an empty line. */
static const char *block_of(const char *states, const char *unit)
{
	const size_t length = strlen(unit);

	for (const char *block = states; *block != '\0';) {
		const char *end = strstr(block, "\n\n");
		const char *id = strstr(block, "Id=");

		while (id && id != block && id[-1] != '\n')
			id = strstr(id + 1, "Id=");
		if (id && (!end || id < end) && strncmp(id + 3, unit, length) == 0 &&
		    (id[3 + length] == '\n' || id[3 + length] == '\0'))
			return block;
		if (!end)
			return NULL;
		block = end + 2;
	}
	return NULL;
}

const char *unit_property(const char *states, const char *unit, const char *name,
			  char *value, size_t room)
{
	const char *line = block_of(states, unit);
	const size_t length = strlen(name);

	size_t end = 0;

	value[0] = '\0';
	while (line && *line != '\0' && *line != '\n') {
		const size_t size = strcspn(line, "\n");

		if (strncmp(line, name, length) == 0 && line[length] == '=' &&
		    end < room) {
			(void)snprintf(value + end, room - end, "%s%.*s",
				       end > 0 ? " " : "", (int)(size - length - 1),
				       line + length + 1);
			end = strlen(value);
		}
		line += size + (line[size] == '\n');
	}
	return value;
}

bool unit_is(const char *states, const char *unit, const char *name, const char *value)
{
	char found[256];

	return strcmp(unit_property(states, unit, name, found, sizeof(found)), value) ==
	       0;
}

long long unit_time(const char *states, const char *unit, const char *name)
{
	char found[64];

	return strtoll(unit_property(states, unit, name, found, sizeof(found)), NULL, 10);
}
