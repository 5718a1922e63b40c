/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/setup/command_line.h"

#include "db-tool/setup/plan.h"

#include <string.h>

/* Our own words need no quotes, and a path of the administrator's is at the beginning. */
void command_line(const struct plan_step *step, char line[static COMMAND_LINE])
{
	char *at = line;

	line[0] = '\0';
	for (size_t i = 0; step->argv[i]; i++) {
		const size_t room = COMMAND_LINE - (size_t)(at - line);
		const size_t length = strlen(step->argv[i]);
		if (length + 2 > room)
			return;
		if (i > 0)
			*at++ = ' ';
		memcpy(at, step->argv[i], length + 1);
		at += length;
	}
}
