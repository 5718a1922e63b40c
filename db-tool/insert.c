/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/why.h"
#include "core/commit.h"
#include "db-tool/command.h"
#include "db-tool/table_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int put_pairs(void *context, const struct table *table, struct why *why)
{
	int changed = 0;

	for (char **pair = context; *pair; pair += 2) {
		struct map_entry entry;

		const int found = table->backend->get(table->map, pair[0], &entry, why);
		if (found < 0)
			return found;
		if (found > 0 && map_bytes_equal(entry.value, pair[1]))
			continue;
		const int error = table->backend->put(table->map, pair[0], pair[1], why);
		if (error < 0)
			return error;
		changed = 1;
	}
	return changed;
}

/* access.db beside access: makemap or postmap compiles one from the other. */
static void warn_of_source(const char *map_path)
{
	char source[PATH_MAX];
	const size_t length = strlen(map_path);

	if (length < 4 || strcmp(map_path + length - 3, ".db") != 0)
		return;
	(void)snprintf(source, sizeof(source), "%.*s", (int)(length - 3), map_path);
	if (access(source, F_OK) == 0)
		(void)complain(
			0,
			"warning: %s is compiled from %s; the next rebuild forgets "
			"this change, so make it there too",
			map_path, source);
}

static int check_pairs(int argc, char **argv)
{
	if (argc < 3)
		return misused(&command_insert, "no key and value");
	if (argc % 2 == 0)
		return misused(&command_insert, "key '%s' has no value", argv[argc - 1]);
	for (int i = 1; i < argc; i += 2) {
		if (argv[i][0] == '\0' || strlen(argv[i]) >= MAP_KEY_MAX)
			return misused(&command_insert, "a key has 1 to %d characters",
				       MAP_KEY_MAX - 1);
		if (key_is_marker(argv[i]))
			return misused(&command_insert,
				       "'%s' is kept for the markers of leases; sapdb "
				       "grant opens one",
				       argv[i]);
	}
	return EXIT_DONE;
}

static int run_insert(struct tool *tool, int argc, char **argv)
{
	const struct commit_edit edit = { put_pairs, argv + 1 };
	struct why why = { 0 };

	const int checked = check_pairs(argc, argv);
	if (checked != EXIT_DONE)
		return checked;
	if (table_file_edit(tool, &edit, &why) < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	warn_of_source(tool->settings.map_path);
	return EXIT_DONE;
}

const struct command command_insert = {
	.name = "insert",
	.also = { "ins", "add" },
	.arguments = "KEY VALUE [KEY VALUE...]",
	.purpose = "add or replace records",
	.help = "All of them or none, by one safe commit. Keys are stored as they are\n"
		"given: sendmail and Postfix look up lower-case keys only.\n",
	.any_map = true,
	.run = run_insert,
};
