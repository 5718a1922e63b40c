/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/why.h"
#include "core/commit.h"
#include "db-tool/command.h"
#include "db-tool/leased_keys.h"
#include "db-tool/table_file.h"

#include <stdio.h>

struct deletion {
	const struct tool *tool;
	char **keys;
	bool missing; /* a key is not there */
	bool refused; /* a key is a lease's */
};

/* Does the table let go of this key? Says why not. */
static bool may_go(struct deletion *deletion, const struct leased_keys *leased,
		   const char *key)
{
	if (!key_is_marker(key) && !leased_keys_client(leased, key))
		return true;
	deletion->refused = true;
	(void)complain(0, "%s belongs to a lease; end it by: sapdb revoke ADDRESS", key);
	return false;
}

static int remove_keys(void *context, const struct table *table, struct why *why)
{
	cleanup_leased_keys struct leased_keys leased = { 0 };
	struct deletion *deletion = context;

	deletion->missing = deletion->refused = false;
	int changed = leased_keys_find(table, deletion->keys, 1, &leased, why);
	for (char **key = deletion->keys; *key && changed >= 0; key++) {
		if (!may_go(deletion, &leased, *key))
			continue;
		const int removed = table->backend->remove(table->map, *key, why);
		changed = removed < 0 ? removed : changed | removed;
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
	const struct commit_edit edit = { .apply = remove_keys, .context = &deletion };
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
