/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/colour.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool wanted(void)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && (!no || no[0] == '\0') && terminal &&
	       terminal[0] != '\0' && strcmp(terminal, "dumb") != 0;
}

const char *colour_begin(enum colour colour)
{
	static const char *const codes[] = {
		[COLOUR_HEAD] = "\x1b[1m",
		[COLOUR_GOOD] = "\x1b[32m",
		[COLOUR_LOOK] = "\x1b[33m",
		[COLOUR_BAD] = "\x1b[31m",
	};

	return wanted() ? codes[colour] : "";
}

const char *colour_end(void)
{
	return wanted() ? "\x1b[0m" : "";
}
