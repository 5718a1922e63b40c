/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/why.h"
#include "core/commit.h"
#include "core/own_table.h"
#include "core/table_marker.h"
#include "db-tool/command.h"
#include "db-tool/leases.h"
#include "db-tool/log.h"
#include "db-tool/options.h"
#include "db-tool/output.h"
#include "db-tool/table_difference.h"
#include "db-tool/table_file.h"
#include "db-tool/text_compiler.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct rebuild {
	struct tool *tool;
	struct text_order order;
	bool dry;
	bool leased; /* the table is the mail server's own, which shows the leases */
	struct record_form form;
	struct compiled_text compiled;
	struct table_file wanted; /* what was compiled, open */
	struct difference found;
};

static void rebuild_close(struct rebuild *rebuild)
{
	table_file_close(&rebuild->wanted);
	text_compiler_close(&rebuild->compiled);
}
#define cleanup_rebuild __attribute__((cleanup(rebuild_close)))

static int parse(int argc, char **argv, struct rebuild *ret)
{
	static const struct option longopts[] = {
		{ "dry-run", no_argument, NULL, 'n' },
		{ "makemap", optional_argument, NULL, 'M' },
		{ "postmap", optional_argument, NULL, 'P' },
		{ 0 },
	};
	int option;

	optind = 0; /* start anew, with options behind arguments */
	while ((option = getopt_long(argc, argv, ":nM::P::", longopts, NULL)) != -1) {
		if (option == 'n') {
			ret->dry = true;
			continue;
		}
		if (option != 'M' && option != 'P')
			return wrong_option(&command_rebuild, longopts, option, argv);
		if (ret->order.compiler != COMPILER_BY_MTA)
			return misused(&command_rebuild,
				       "--makemap or --postmap: one of the two");
		ret->order.compiler = option == 'M' ? COMPILER_MAKEMAP : COMPILER_POSTMAP;
		ret->order.program = optarg;
	}
	if (optind + 1 != argc)
		return misused(&command_rebuild, "one text is needed");
	ret->order.text = argv[optind];
	return EXIT_DONE;
}

static int make_change(const void *context, const struct record_change *change,
		       struct why *why)
{
	const struct table *table = context;
	const struct map_backend *backend = table->backend;

	/* His own from now on: without the marker the lease ends by itself. */
	int error = change->lease ? table_marker_remove(table, change->lease, why) : 0;
	/* In both forms that it may have, with a NUL and without. */
	if (error >= 0 && change->was)
		error = backend->remove(table->map, change->key, why);
	if (error >= 0 && change->value)
		error = backend->put(table->map, change->key, change->value, why);
	return error < 0 ? error : 0;
}

static int remake(void *context, const struct table *table, struct why *why)
{
	struct rebuild *rebuild = context;
	const struct two_tables tables = { table, &rebuild->wanted.table,
					   &rebuild->form };

	const int error =
		table_difference(&tables, &(struct change_sink){ make_change, table },
				 &rebuild->found, why);
	/* Also one that says the same already is newer than the text afterwards. */
	return error < 0 ? error : 1;
}

static int print_change(const void *context, const struct record_change *change,
			struct why *why)
{
	const struct tool *tool = context;

	(void)why;
	output_change(tool, change->key, change->was, change->value);
	return 0;
}

static int look(struct rebuild *rebuild, struct why *why)
{
	const struct tool *tool = rebuild->tool;
	cleanup_table_file struct table_file file = { 0 };
	struct two_tables tables = { &file.table, &rebuild->wanted.table,
				     &rebuild->form };

	const int error = table_file_open(tool, &file, why);
	if (error == -ENOENT)
		tables.table = NULL;
	else if (error < 0)
		return error;
	return table_difference(&tables, &(struct change_sink){ print_change, tool },
				&rebuild->found, why);
}

static void tell_result(const struct rebuild *rebuild, long leases)
{
	const struct difference *found = &rebuild->found;
	const char *map = rebuild->tool->settings.map_path;

	if (rebuild->tool->json)
		output_json(json_pack(
			"{s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I}", "rebuilt", map,
			"text", rebuild->order.text, "dry_run", rebuild->dry, "records",
			(json_int_t)found->records, "added", (json_int_t)found->added,
			"changed", (json_int_t)found->changed, "removed",
			(json_int_t)found->removed, "leases", (json_int_t)leases));
	else
		(void)printf("%s %s from %s: records %ld, added %ld, changed %ld, "
			     "removed %ld, leases %ld\n",
			     rebuild->dry ? "would rebuild" : "rebuilt", map,
			     rebuild->order.text, found->records, found->added,
			     found->changed, found->removed, leases);
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static size_t stem_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && (strcmp(dot, ".db") == 0 || strcmp(dot, ".lmdb") == 0)
		       ? (size_t)(dot - name)
		       : strlen(name);
}

/* `access` is the text of `access.db`, in whatever folder. That of another table must not
 * become this one's content. */
static bool is_anothers(const struct tool *tool, const char *text)
{
	struct stat file;

	if (stat(text, &file) < 0 || !S_ISREG(file.st_mode))
		return false;
	const char *map = base_of(tool->settings.map_path), *name = base_of(text);
	const size_t stem = stem_of(map);
	return strlen(name) != stem || strncmp(name, map, stem) != 0;
}

static int commit_it(struct rebuild *rebuild, struct why *why)
{
	const struct commit_edit edit = { .apply = remake,
					  .context = rebuild,
					  .remakes = true };

	if (rebuild->dry)
		return look(rebuild, why);
	log_open(rebuild->tool);
	return table_file_edit(rebuild->tool, &edit, why);
}

static int rebuild_it(struct rebuild *rebuild, struct why *why)
{
	cleanup_leases struct leases leases = LEASES_NONE;

	int error = leases_open(rebuild->tool, &leases, why);
	if (error == 0)
		error = text_compiler_run(rebuild->tool, &rebuild->order,
					  &rebuild->compiled, why);
	if (error == 0)
		error = table_file_open_other(rebuild->tool, rebuild->compiled.table,
					      &rebuild->wanted, why);
	if (error < 0)
		return error;
	error = commit_it(rebuild, why);
	if (error == 0)
		tell_result(rebuild,
			    rebuild->leased ? lease_count(&leases.dir, LEASE_ACTIVE, NULL)
					    : 0);
	return error;
}

static int run_rebuild(struct tool *tool, int argc, char **argv)
{
	cleanup_rebuild struct rebuild rebuild = {
		.tool = tool,
		.order.text = "",
		.form = settings_record_form(&tool->settings),
		.compiled = COMPILED_TEXT_NONE,
	};
	struct why why = { 0 };

	const int parsed = parse(argc, argv, &rebuild);
	if (parsed != EXIT_DONE)
		return parsed;
	rebuild.leased = strcmp(tool->settings.map_path, tool->configured_map) == 0;
	if (rebuild.leased && !own_table(&tool->settings) &&
	    is_anothers(tool, rebuild.order.text))
		return misused(
			&command_rebuild,
			"%s is not the text of %s by its name: name its table by -m",
			rebuild.order.text, tool->settings.map_path);
	if (rebuild_it(&rebuild, &why) < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	return EXIT_DONE;
}

const struct command command_rebuild = {
	.name = "rebuild",
	.arguments = "[-n] [-M[PROGRAM] | -P[PROGRAM]] TEXT",
	.purpose = "make the table anew of its text, leases and all",
	.help = "  -n, --dry-run            only say which records would change\n"
		"  -M, --makemap[=PROGRAM]  compile the text with makemap\n"
		"  -P, --postmap[=PROGRAM]  or with postmap; without, as the setting mta "
		"says\n\n"
		"What makemap and postmap do, but the live leases stay in, and there is\n"
		"no moment without a record.\n",
	.any_map = true,
	.run = run_rebuild,
};
