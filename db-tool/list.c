/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/why.h"
#include "db-tool/command.h"
#include "db-tool/options.h"
#include "db-tool/output.h"
#include "db-tool/table_file.h"

#include <stdbool.h>

static bool is_marker(const struct map_entry *entry)
{
	struct record_marker marker;

	return record_is_marker(entry, &marker);
}

static int list_all(const struct tool *tool, const struct table *table, bool markers)
{
	struct map_entry entry;
	struct why why = { 0 };
	int found;

	while ((found = table->backend->next(table->map, &entry, &why)) > 0)
		if (markers || !is_marker(&entry))
			output_record(tool, &entry);
	return found < 0 ? complain(EXIT_UNUSABLE, "%s", why.text) : EXIT_DONE;
}

static int list_keys(const struct tool *tool, const struct table *table, char **keys)
{
	int code = EXIT_DONE;

	for (; *keys; keys++) {
		struct map_entry entry;
		struct why why = { 0 };
		const int found = table->backend->get(table->map, *keys, &entry, &why);

		if (found < 0)
			return complain(EXIT_UNUSABLE, "%s", why.text);
		if (found == 0)
			code = complain(EXIT_PARTLY, "key %s not found in %s", *keys,
					tool->settings.map_path);
		else
			output_record(tool, &entry);
	}
	return code;
}

static int run_list(struct tool *tool, int argc, char **argv)
{
	static const struct option longopts[] = { { "all", no_argument, NULL, 'a' },
						  { 0 } };
	cleanup_table_file struct table_file file = { 0 };
	struct why why = { 0 };
	bool markers = false;
	int option;

	optind = 0; /* start anew, with options behind arguments */
	while ((option = getopt_long(argc, argv, ":a", longopts, NULL)) != -1) {
		if (option != 'a')
			return wrong_option(&command_list, longopts, option, argv);
		markers = true;
	}
	if (table_file_open(tool, &file, &why) < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	return optind < argc ? list_keys(tool, &file.table, argv + optind)
			     : list_all(tool, &file.table, markers);
}

const struct command command_list = {
	.name = "list",
	.also = { "lst" },
	.arguments = "[-a] [KEY...]",
	.purpose = "list all records, or those with these keys",
	.help = "  -a, --all  also the marker keys that stand beside records of "
		"leases\n\n"
		"Prints key, tab, value. Works on any Berkeley DB or LMDB table: give "
		"it with -m.\n"
		"A key that is not there is said on stderr; the exit status is 1 then.\n",
	.any_map = true,
	.run = run_list,
};
