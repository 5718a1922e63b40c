/* SPDX-License-Identifier: BSD-2-Clause */
/* sapdb expire and sapdb commit: what the timer and the path unit run */
#include "core/expire.h"

#include "base/why.h"
#include "core/blocks.h"
#include "db-tool/boot_run.h"
#include "db-tool/command.h"
#include "db-tool/foresee.h"
#include "db-tool/leases.h"
#include "db-tool/log.h"
#include "db-tool/metrics.h"
#include "db-tool/options.h"

#include <errno.h>

struct run {
	bool dry;
	bool unattended;
};

static int parse(const struct command *command, int argc, char **argv, struct run *ret)
{
	static const struct option both[] = {
		{ "dry-run", no_argument, NULL, 'n' },
		{ "unattended", no_argument, NULL, 'U' },
		{ 0 },
	};
	const bool may_be_dry = command == &command_expire;
	const struct option *longopts = may_be_dry ? both : both + 1;
	const char *shorts = may_be_dry ? ":nU" : ":U";
	int option;

	optind = 0; /* start anew, with options behind arguments */
	while ((option = getopt_long(argc, argv, shorts, longopts, NULL)) != -1) {
		if (option == 'n')
			ret->dry = true;
		else if (option == 'U')
			ret->unattended = true;
		else
			return wrong_option(command, longopts, option, argv);
	}
	if (optind < argc)
		return misused(command, "it takes no argument");
	return EXIT_DONE;
}

static int print_due(const struct tool *tool, const struct leases *leases)
{
	const unsigned prefix = (unsigned)tool->settings.ipv6_prefix;
	cleanup_batch struct batch batch = { 0 };
	cleanup_blocks struct blocks blocks = { 0 };
	struct why why = { 0 };

	if (leases_collect(leases, LEASE_ACTIVE, &batch, &why) < 0 ||
	    blocks_read(&leases->dir, leases->job.now.tv_sec, &blocks, &why) < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	leases_mark_held(leases, &batch);
	for (size_t i = 0; i < batch.count; i++) {
		const struct lease *lease = &batch.entry[i].lease;
		if (blocks_cover(&blocks, lease, prefix) ||
		    (!batch.entry[i].held && expire_is_due(&leases->job, lease)))
			foresee_lease(tool, "remove", lease);
	}
	return EXIT_DONE;
}

static int tell_result(const struct run *run, int error,
		       const struct commit_result *result, const struct why *why)
{
	if (error == 0)
		return EXIT_DONE;
	/* The timer would say the same each minute. */
	if (run->unattended && result->known_failure)
		return EXIT_UNUSABLE;
	return complain(EXIT_UNUSABLE, "%s", why->text);
}

static int run_either(const struct command *command, struct tool *tool, int argc,
		      char **argv)
{
	cleanup_leases struct leases leases = LEASES_NONE;
	struct run run = { 0 };
	struct commit_result result = { 0 };
	struct why why = { 0 };

	const int parsed = parse(command, argc, argv, &run);
	if (parsed != EXIT_DONE)
		return parsed;
	int error = run.dry ? leases_look(tool, &leases, &why)
			    : leases_open(tool, &leases, &why);
	if (error < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	if (run.dry)
		return print_due(tool, &leases);

	log_open(tool);
	const bool before = boot_run_is_not_the_first(&leases);
	error = command == &command_expire
			? expire(&leases.job, &result, &why)
			: expire_commit_queue(&leases.job, &result, &why);
	if (command == &command_expire) {
		/* The very first one fails where the mail server is not set up yet. */
		if (error == 0 || !before)
			boot_run_note(&leases, before);
		metrics_leave(tool, &leases);
	}
	return tell_result(&run, error, &result, &why);
}

static int run_expire(struct tool *tool, int argc, char **argv)
{
	return run_either(&command_expire, tool, argc, argv);
}

static int run_commit(struct tool *tool, int argc, char **argv)
{
	return run_either(&command_commit, tool, argc, argv);
}

const struct command command_expire = {
	.name = "expire",
	.arguments = "[-n] [-U]",
	.purpose = "end leases whose lifetime is over, open what waits, repair the table",
	.help = "  -n, --dry-run     only say which leases would end\n"
		"  -U, --unattended  say a failure that lasts only once\n\n"
		"The timer runs this each minute. Where there is no systemd, cron "
		"does.\n",
	.run = run_expire,
};

const struct command command_commit = {
	.name = "commit",
	.arguments = "[-U]",
	.purpose = "open the leases that wait",
	.help = "  -U, --unattended  say a failure that lasts only once\n\n"
		"The path unit runs this when a login could not change the table "
		"itself.\n",
	.run = run_commit,
};
