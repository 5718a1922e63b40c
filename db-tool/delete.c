/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/why.h"
#include "core/commit.h"
#include "db-tool/command.h"
#include "db-tool/table_file.h"

#include <stdio.h>

struct deletion {
	const struct tool *tool;
	char **keys;
	bool missing; /* a key is not there */
	bool refused; /* a key is a lease's */
};

/* Does the table let go of this key? Says why not. */
static int may_go(struct deletion *deletion, const struct table *table, const char *key,
		  struct why *why)
{
	char marker[RECORD_KEY];
	const int leased =
		key_is_marker(key) ? 1 : table_marker_of_key(table, key, marker, why);

	if (leased <= 0)
		return leased < 0 ? leased : 1;
	deletion->refused = true;
	(void)complain(0, "%s belongs to a lease; end it by: sapdb revoke ADDRESS", key);
	return 0;
}

static int remove_keys(void *context, const struct table *table, struct why *why)
{
	struct deletion *deletion = context;
	int changed = 0;

	deletion->missing = deletion->refused = false;
	for (char **key = deletion->keys; *key; key++) {
		int removed = may_go(deletion, table, *key, why);
		if (removed == 0)
			continue;
		if (removed > 0)
			removed = table->backend->remove(table->map, *key, why);
		if (removed < 0)
			return removed;
		changed |= removed;
		if (removed == 0) {
			deletion->missing = true;
			(void)complain(0, "key %s not found in %s", *key,
				       deletion->tool->settings.map_path);
		}
	}
	return changed;
}

static int run_delete(struct tool *tool, int argc, char **argv)
{
	struct deletion deletion = { .tool = tool, .keys = keys_of(argv) };
	const struct commit_edit edit = { remove_keys, &deletion };
	struct why why = { 0 };

	(void)argc;
	if (!deletion.keys[0])
		return misused(&command_delete, "no key");
	if (table_file_edit(tool, &edit, &why) < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	return deletion.missing || deletion.refused ? EXIT_PARTLY : EXIT_DONE;
}

const struct command command_delete = {
	.name = "delete",
	.also = { "del" },
	.arguments = "KEY...",
	.purpose = "delete records",
	.help = "A key that is not there is said on stderr; the others go, and the exit\n"
		"status is 1. The record of a lease is not deleted: revoke the lease.\n",
	.any_map = true,
	.run = run_delete,
};
