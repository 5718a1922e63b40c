/* SPDX-License-Identifier: BSD-2-Clause */
/* docs/guide/exim.md: a table of ours, the last item of Debian's list of who may relay */
#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/why.h"
#include "db-tool/program.h"
#include "db-tool/setup/conf_mta.h"
#include "db-tool/setup/part.h"
#include "db-tool/setup/plan.h"
#include "db-tool/setup/text_edit.h"
#include "db-tool/setup/units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEBCONF "/etc/exim4/update-exim4.conf.conf"
#define SPLIT_MACROS "/etc/exim4/conf.d/main/000_localmacros"
#define MACROS "/etc/exim4/exim4.conf.localmacros"
#define MACRO "MAIN_RELAY_NETS"
#define NETS_MOST 2048
#define EXIM_MS 20000

/* Debian's list, whose items a semicolon parts, as Exim wants it between colons. */
static int copy_nets(const char *nets, size_t size, char out[static NETS_MOST])
{
	size_t used = 0;

	for (size_t at = 0; at < size; at++) {
		char piece[4] = { ascii_lower(nets[at]) };
		if (strchr("'\"< ", nets[at]))
			continue;
		if (nets[at] == ';')
			(void)snprintf(piece, sizeof(piece), " : ");
		else if (nets[at] == ':')
			(void)snprintf(piece, sizeof(piece), "::");
		if (used + strlen(piece) + 4 > NETS_MOST)
			return -ENAMETOOLONG;
		memcpy(out + used, piece, strlen(piece) + 1);
		used += strlen(piece);
	}
	out[used] = '\0';
	return 0;
}

/* "MAIN_RELAY_NETS = ...; table\n" */
static int macro_line(const char *debconf, const char *table, char **ret, struct why *why)
{
	struct span line, value;
	char nets[NETS_MOST] = "";

	if (text_assignment(debconf, "dc_relay_nets", TEXT_EQUALS, &line, &value) &&
	    copy_nets(debconf + value.at, value.size, nets) < 0)
		return why_say(why, -ENAMETOOLONG, DEBCONF ": dc_relay_nets is too long");
	const bool none = nets[strspn(nets, " :")] == '\0';
	if (asprintf(ret, MACRO " = 127.0.0.1 : ::::1 : %s%snet-dbmnz;%s\n",
		     none ? "" : nets, none ? "" : " : ", table) < 0)
		return why_set(why, -ENOMEM, "cannot name the table");
	return 0;
}

static const char *macros_path(const char *debconf)
{
	struct span line, value, word;

	return text_assignment(debconf, "dc_use_split_config", TEXT_EQUALS, &line,
			       &value) &&
			       text_has_word(debconf, value, "true", &word)
		       ? SPLIT_MACROS
		       : MACROS;
}

static bool names_table(const char *text, struct span value, const char *table)
{
	cleanup_free char *copy = strndup(text + value.at, value.size);

	return copy && strstr(copy, table);
}

static int add_macro(struct plan_file *file, const char *line, const char *table,
		     struct why *why)
{
	struct span at, value;
	int error = 0;

	if (!file->text) {
		file->text = strdup(MADE_THIS_FILE);
		error = file->text ? text_add_line(&file->text, line) : -ENOMEM;
	} else if (!text_assignment(file->text, MACRO, TEXT_EQUALS, &at, &value)) {
		error = text_add_marked(&file->text, line);
	} else if (!names_table(file->text, value, table)) {
		return why_say(why, -EINVAL,
			       "%s has a " MACRO " of yours: write ' : net-dbmnz;%s' at "
			       "its end, then again",
			       file->path, table);
	}
	return error < 0 ? why_set(why, error, "cannot change %s", file->path) : 0;
}

/* The line that we would write goes as a whole, from another our item alone. */
static void cut_macro(struct plan_file *file, const char *line, const char *table)
{
	cleanup_free char *item = NULL;
	struct span at, value;

	text_unmark(file->text, MACRO);
	if (asprintf(&item, " : net-dbmnz;%s", table) < 0 ||
	    !text_assignment(file->text, MACRO, TEXT_EQUALS, &at, &value))
		return;
	char *found = strstr(file->text + value.at, item);
	if (strncmp(file->text + at.at, line, strlen(line)) == 0)
		text_cut(file->text, at);
	else if (found && found < file->text + value.at + value.size)
		text_cut(file->text,
			 (struct span){ (size_t)(found - file->text), strlen(item) });
	if (strcmp(file->text, MADE_THIS_FILE) == 0) {
		free(file->text);
		file->text = NULL;
	}
}

static int restart(struct plan *plan, const struct plan_file *file, struct why *why)
{
	if (!plan_file_changes(file))
		return 0;
	const int error = PLAN_RUN(plan, why, "update-exim4.conf");
	if (error < 0 || access("/run/systemd/system", F_OK) < 0)
		return error;
	return PLAN_RUN(plan, why, "systemctl", "restart", "exim4.service");
}

static int take_out_macro(struct plan *plan, const char *debconf, const char *table,
			  struct why *why)
{
	struct plan_file *file;
	cleanup_free char *line = NULL;

	int error = macro_line(debconf, table, &line, why);
	if (error != 0 || !line)
		return error;
	error = plan_file(plan, macros_path(debconf), &file, why);
	if (error != 0)
		return error;
	cut_macro(file, line, table);
	return restart(plan, file, why);
}

static int take_out(struct plan *plan, const struct part *part, const char *table,
		    struct why *why)
{
	struct plan_file *debconf;

	int error = plan_file(plan, DEBCONF, &debconf, why);
	if (error == 0)
		error = take_out_macro(plan, debconf->text, table, why);
	if (error < 0 && error != -ENOENT)
		return error;
	return conf_mta_unset(plan, part, why);
}

/* Later ones of Debian are built without Berkeley DB. */
static int reads_our_table(struct why *why)
{
	cleanup_program_output struct program_output version = { 0 };
	const struct program exim = {
		.argv = (const char *const[]){ "exim4", "-bV", NULL },
		.input_fd = -1,
		.milliseconds = EXIM_MS,
	};

	const int error = program_run(&exim, &version, why);
	if (error < 0)
		return error;
	if (strstr(version.out, "dbmnz") && strstr(version.out, "Berkeley DB"))
		return 0;
	return why_say(why, -ENOSYS,
		       "this Exim reads no Berkeley DB (exim4 -bV): it cannot be served");
}

int part_exim(struct plan *plan, const struct part *part, struct why *why)
{
	struct plan_file *debconf, *file;
	struct conf_table table;
	cleanup_free char *line = NULL;

	conf_table_of(plan, part, &table);
	if (plan->remove)
		return take_out(plan, part, table.path, why);
	int error = plan_needs_file(plan, DEBCONF,
				    "it is Debian's; elsewhere the list of "
				    "docs/guide/exim.md goes into your own configuration",
				    &debconf, why);
	if (error == 0)
		error = reads_our_table(why);
	if (error == 0)
		error = macro_line(debconf->text, table.path, &line, why);
	if (error == 0)
		error = conf_mta_set(plan, part, why);
	/* Before Exim hears of it: it takes no mail from strangers without it. */
	if (error == 0)
		error = units_on(plan, access(table.path, F_OK) < 0, why);
	if (error < 0)
		return error;
	error = plan_file(plan, macros_path(debconf->text), &file, why);
	if (error < 0 && error != -ENOENT)
		return error;
	error = add_macro(file, line, table.path, why);
	return error < 0 ? error : restart(plan, file, why);
}
