/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/options.h"

#include "db-tool/command.h"

#include <stdio.h>

#define WORD 128

static const char *long_name(const struct option *longopts, int value)
{
	for (; longopts->name; longopts++)
		if (longopts->val == value)
			return longopts->name;
	return NULL;
}

/* optopt is the letter; 0 for a long option that is not known, which is then the word
 * before optind. Not so for a letter: others may follow it in its word. */
int wrong_option(const struct command *command, const struct option *longopts, int found,
		 char **argv)
{
	const char *known = optopt ? long_name(longopts, optopt) : NULL;
	char what[WORD];

	if (known)
		(void)snprintf(what, sizeof(what), "option --%s %s", known,
			       found == ':' ? "needs a value" : "takes no value");
	else if (optopt)
		(void)snprintf(what, sizeof(what), "unknown option -%c", optopt);
	else
		(void)snprintf(what, sizeof(what), "unknown option %.100s",
			       argv[optind - 1]);
	if (command)
		return misused(command, "%s", what);
	return complain(EXIT_USAGE, "%s; sapdb --help tells how it is used", what);
}
