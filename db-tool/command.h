/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command - what each command of sapdb gets, gives and promises
 *
 * To add one: a file db-tool/NAME.c with its struct command, a line in the table of
 * main.c, and a section in sapdb(8), which a test asks for.
 *
 * A command returns an exit code below. What it was asked for goes to stdout, what
 * went wrong to stderr, one line each, with the cure.
 */
#pragma once

#include "base/why.h"
#include "core/lease_dir.h"
#include "core/settings.h"

#include <stdbool.h>

enum exit_code {
	EXIT_DONE = 0,
	EXIT_PARTLY = 1, /* not all done: a key is not there, no such lease */
	EXIT_USAGE = 2,
	EXIT_UNUSABLE = 3, /* the settings, the map or the leases */
};

struct tool {
	struct settings settings;
	char configured_map[PATH_MAX]; /* without -m */
	const char *conf;	       /* the settings file */
	struct why settings_mistake;   /* it did not load: with any_settings only */
	bool json;
	bool log; /* write what happens to the system's log */
};

struct command {
	const char *name;
	const char *also[3]; /* short forms, ends with NULL */
	const char *arguments;
	const char *purpose; /* one line for the list of commands */
	const char *help;    /* the rest of its --help; may be "" */
	bool any_map;	     /* works on -m MAP */
	bool any_settings;   /* runs with the defaults where the file does not load */
	int (*run)(struct tool *tool, int argc, char **argv);
};

extern const struct command command_list;
extern const struct command command_insert;
extern const struct command command_delete;
extern const struct command command_rebuild;
extern const struct command command_status;
extern const struct command command_grant;
extern const struct command command_revoke;
extern const struct command command_block;
extern const struct command command_unblock;
extern const struct command command_metrics;
extern const struct command command_expire;
extern const struct command command_commit;
extern const struct command command_check;
extern const struct command command_setup;

/* "sapdb: TEXT" on stderr. Returns `code`. */
int complain(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A mistake in the command line: says how it is used, too. Returns EXIT_USAGE. */
int misused(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
