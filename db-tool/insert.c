/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/why.h"
#include "core/commit.h"
#include "core/table_marker.h"
#include "db-tool/command.h"
#include "db-tool/leased_keys.h"
#include "db-tool/table_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * One record. Where a lease's record stands on its key, the administrator makes it his
 * own: the marker goes, and the lease ends by itself as one that he has decided about.
 */
static int put_pair(const struct table *table, const struct leased_keys *leased,
		    char **pair, struct why *why)
{
	const struct map_backend *backend = table->backend;
	const struct client_address *client = leased_keys_client(leased, pair[0]);
	struct map_entry entry;

	const int changed = client ? table_marker_remove(table, client, why) : 0;
	if (changed < 0)
		return changed;
	const int found = backend->get(table->map, pair[0], &entry, why);
	if (found < 0)
		return found;
	if (found > 0 && map_bytes_equal(entry.value, pair[1]))
		return changed;
	const int error = backend->put(table->map, pair[0], pair[1], why);
	return error < 0 ? error : 1;
}

static int put_pairs(void *context, const struct table *table, struct why *why)
{
	cleanup_leased_keys struct leased_keys leased = { 0 };

	int changed = leased_keys_find(table, context, 2, &leased, why);
	for (char **pair = context; *pair && changed >= 0; pair += 2) {
		const int put = put_pair(table, &leased, pair, why);
		changed = put < 0 ? put : changed | put;
	}
	return changed;
}

/* access.db or .lmdb beside access: makemap or postmap compiles one from the other. */
static void warn_of_source(const char *map_path)
{
	char source[PATH_MAX];
	const char *suffix = strrchr(map_path, '.');

	if (!suffix || (strcmp(suffix, ".db") != 0 && strcmp(suffix, ".lmdb") != 0))
		return;
	(void)snprintf(source, sizeof(source), "%.*s", (int)(suffix - map_path),
		       map_path);
	if (access(source, F_OK) == 0)
		(void)complain(
			0,
			"warning: %s is compiled from %s; the next rebuild forgets "
			"this change, so make it there too",
			map_path, source);
}

static int check_pair(char **pair)
{
	if (!pair[1])
		return misused(&command_insert, "key '%s' has no value", pair[0]);
	if (pair[0][0] == '\0' || strlen(pair[0]) >= MAP_KEY_MAX)
		return misused(&command_insert, "a key has 1 to %d characters",
			       MAP_KEY_MAX - 1);
	if (key_is_marker(pair[0]))
		return misused(
			&command_insert,
			"'%s' is kept for the markers of leases; sapdb grant opens "
			"one",
			pair[0]);
	return EXIT_DONE;
}

static int run_insert(struct tool *tool, int argc, char **argv)
{
	char **pairs = keys_of(argv);
	const struct commit_edit edit = { .apply = put_pairs, .context = pairs };
	struct why why = { 0 };

	(void)argc;
	if (!pairs[0])
		return misused(&command_insert, "no key and value");
	for (char **pair = pairs; *pair; pair += 2) {
		const int checked = check_pair(pair);
		if (checked != EXIT_DONE)
			return checked;
	}
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
