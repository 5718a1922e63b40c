/* SPDX-License-Identifier: BSD-2-Clause */
/* sapdb - list, insert and delete records and leases: the command line */
#include "db-tool/command.h"

#include "base/why.h"
#include "core/escape.h"
#include "db-tool/options.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct command *const commands[] = {
	&command_list,	  &command_insert,  &command_delete, &command_rebuild,
	&command_status,  &command_grant,   &command_revoke, &command_block,
	&command_unblock, &command_expire,  &command_commit, &command_check,
	&command_setup,	  &command_metrics,
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* Arguments come from anywhere: none of them may drive the terminal or break the line. */
__attribute__((format(printf, 2, 0))) static void
print_line(const char *before, const char *format, va_list args)
{
	char text[LINE_MAX], line[LINE_MAX * 2];

	(void)vsnprintf(text, sizeof(text), format, args);
	(void)fprintf(stderr, "sapdb%s: %s", before,
		      escape_text(text, "", line, sizeof(line)));
}

int complain(int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line("", format, args);
	va_end(args);
	(void)fputc('\n', stderr);
	return code;
}

int misused(const struct command *command, const char *format, ...)
{
	char before[32];
	va_list args;

	(void)snprintf(before, sizeof(before), " %s", command->name);
	va_start(args, format);
	print_line(before, format, args);
	va_end(args);
	(void)fprintf(stderr, "; usage: sapdb %s %s\n", command->name,
		      command->arguments);
	return EXIT_USAGE;
}

static int print_usage(void)
{
	(void)printf(
		"usage: sapdb [-c CONF] [-m MAP] [--json] COMMAND [ARGUMENT...]\n\n"
		"Lists, inserts and deletes the records of a mail server's table and\n"
		"the leases of SMTP after POP.\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		(void)printf("  %-8s %s\n", commands[i]->name, commands[i]->purpose);
	(void)printf(
		"\n"
		"  -c, --conf=CONF  settings file, instead of " CONF_FILE "\n"
		"  -m, --map=MAP    table for list, insert, delete and rebuild:\n"
		"                   hash:PATH, btree:PATH, lmdb:PATH or PATH alone, "
		"which is\n"
		"                   a hash\n"
		"  -j, --json       one JSON object a line\n"
		"  -h, --help       this text; sapdb COMMAND --help tells of one\n"
		"  -V, --version    version\n\n"
		"Exit status: 0 done, 1 not all done, 2 usage, 3 unusable table, leases\n"
		"or settings. See sapdb(8).\n");
	return EXIT_DONE;
}

static int print_help(const struct command *command)
{
	(void)printf("usage: sapdb %s %s\n\n%s\n", command->name, command->arguments,
		     command->purpose);
	if (command->also[0]) {
		(void)printf("\nShort:");
		for (size_t i = 0; command->also[i]; i++)
			(void)printf(" %s", command->also[i]);
		(void)printf("\n");
	}
	if (command->help[0] != '\0')
		(void)printf("\n%s", command->help);
	return EXIT_DONE;
}

static const struct command *find_command(const char *word)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i]->name, word) == 0)
			return commands[i];
		for (size_t j = 0; commands[i]->also[j]; j++)
			if (strcmp(commands[i]->also[j], word) == 0)
				return commands[i];
	}
	return NULL;
}

struct options {
	const char *conf, *map;
	bool json;
};

/* As the setting map, but a path may be relative to where the user stands. */
static int set_map_option(struct settings *settings, const char *option, struct why *why)
{
	char path[PATH_MAX], folder[PATH_MAX], map[2 * PATH_MAX];
	const char *colon = strchr(option, ':'), *slash = strchr(option, '/');
	const char *given = colon && (!slash || colon < slash) ? colon + 1 : option;

	if (given[0] == '/' || given[0] == '\0' || strlen(given) >= sizeof(path))
		return settings_set(settings, "map", option, SETTINGS_FILE, why);
	memcpy(path, given, strlen(given) + 1);
	char *name = strrchr(path, '/');
	if (name)
		*name++ = '\0';
	if (!realpath(name ? path : ".", folder))
		return why_set(why, -errno, "cannot find the folder of %s", given);
	(void)snprintf(map, sizeof(map), "%.*s%s/%.255s", (int)(given - option), option,
		       folder, name ? name : path);
	return settings_set(settings, "map", map, SETTINGS_FILE, why);
}

/* Where the command wants to look at a file that does not load, the defaults stand in. */
static int load_settings(struct tool *tool, const char *conf,
			 const struct command *command)
{
	struct why *why = &tool->settings_mistake;

	tool->conf = conf ? conf : CONF_FILE;
	if (settings_load(&tool->settings, conf, why) == 0) {
		*why = (struct why){ 0 };
		return EXIT_DONE;
	}
	if (!command->any_settings)
		return complain(EXIT_UNUSABLE, "%s", why->text);
	settings_default(&tool->settings);
	return settings_complete(&tool->settings, NULL) == 0 ? EXIT_DONE : EXIT_UNUSABLE;
}

static int run_command(const struct options *options, int argc, char **argv)
{
	struct tool tool = { .json = options->json,
			     .conf = options->conf ? options->conf : CONF_FILE };
	struct why why = { 0 };
	const struct command *command = find_command(argv[0]);

	if (!command)
		return complain(EXIT_USAGE,
				"there is no command '%s'; sapdb --help lists them",
				argv[0]);
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return print_help(command);
	if (options->map && !command->any_map)
		return misused(command, "-m is for list, insert, delete and rebuild");
	const int loaded = load_settings(&tool, options->conf, command);
	if (loaded != EXIT_DONE)
		return loaded;
	memcpy(tool.configured_map, tool.settings.map_path, sizeof(tool.configured_map));
	if (options->map && set_map_option(&tool.settings, options->map, &why) < 0)
		return complain(EXIT_USAGE, "-m: %s", why.text);
	return command->run(&tool, argc, argv);
}

/* A full disk or a closed pipe behind stdout is no success. */
static int close_stdout(int code)
{
	errno = 0;
	if (!ferror(stdout) && fclose(stdout) == 0)
		return code;
	return complain(EXIT_UNUSABLE, "cannot write to the standard output%s%s",
			errno == 0 ? "" : ": ", errno == 0 ? "" : strerror(errno));
}

/* A file of ours must not take the place of a standard stream that is closed: what is
 * said there would be written into it. As before, nothing can be read or written. */
static void open_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "conf", required_argument, NULL, 'c' },
		{ "map", required_argument, NULL, 'm' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	struct options options = { 0 };
	int option;

	open_standard_streams();
	/* As some leave it to whom they start: no child could be waited for. */
	(void)signal(SIGCHLD, SIG_DFL);
	opterr = 0; /* said in a line of our own, here and in the commands */
	/* "+": what stands behind the command belongs to the command. */
	while ((option = getopt_long(argc, argv, "+:c:m:jhV", longopts, NULL)) != -1) {
		switch (option) {
		case 'c':
			options.conf = optarg;
			break;
		case 'm':
			options.map = optarg;
			break;
		case 'j':
			options.json = true;
			break;
		case 'h':
			return close_stdout(print_usage());
		case 'V':
			(void)printf("sapdb (pam_sap) " VERSION "\n");
			return close_stdout(EXIT_DONE);
		default:
			return wrong_option(NULL, longopts, option, argv);
		}
	}
	if (optind == argc)
		return complain(EXIT_USAGE, "no command; sapdb --help lists them");
	return close_stdout(run_command(&options, argc - optind, argv + optind));
}
