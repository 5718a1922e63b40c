/* SPDX-License-Identifier: BSD-2-Clause */
/* sapdb setup: the lines of docs/guide, shown as a diff, put in, and taken out */
#include "base/why.h"
#include "db-tool/command.h"
#include "db-tool/options.h"
#include "db-tool/setup/apply.h"
#include "db-tool/setup/part.h"
#include "db-tool/setup/plan.h"
#include "db-tool/setup/show.h"

#include <stdio.h>
#include <unistd.h>

#define PARTS_MOST 16

struct request {
	bool apply, remove, dry;
	const struct part *parts[PARTS_MOST + 1]; /* mail server first; ends with NULL */
};

/* Options behind arguments, too. Returns EXIT_DONE, or the mistake's. */
static int parse_options(int argc, char **argv, struct request *ret)
{
	static const struct option longopts[] = {
		{ "apply", no_argument, NULL, 'a' },
		{ "remove", no_argument, NULL, 'r' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ 0 },
	};
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, ":arn", longopts, NULL)) != -1) {
		if (option == 'a')
			ret->apply = true;
		else if (option == 'r')
			ret->remove = true;
		else if (option == 'n')
			ret->dry = true;
		else
			return wrong_option(&command_setup, longopts, option, argv);
	}
	if (ret->apply && ret->remove)
		return misused(&command_setup, "--apply and --remove are opposites");
	if (ret->dry)
		ret->apply = false;
	else if (ret->remove)
		ret->apply = true;
	if (ret->apply && geteuid() != 0)
		return complain(EXIT_UNUSABLE, "only root may change the configuration: "
					       "without --apply it is shown");
	return EXIT_DONE;
}

/* In the order of the table, whatever the order of the words: mail server first. */
static bool is_asked_for(const struct part *part, char *const *names)
{
	for (; *names; names++)
		if (part_by_name(*names) == part)
			return true;
	return false;
}

static int choose_parts(char *const *names, struct request *ret)
{
	size_t count = 0;
	int servers = 0;

	for (char *const *name = names; *name; name++)
		if (!part_by_name(*name))
			return misused(&command_setup, "there is no part '%s'", *name);
	if (!*names && !ret->remove)
		return misused(&command_setup, "name the mail server and the daemons");
	for (size_t i = 0; part_at(i) && count < PARTS_MOST; i++) {
		const struct part *part = part_at(i);
		if (*names && !is_asked_for(part, names))
			continue;
		servers += part->is_server;
		ret->parts[count++] = part;
	}
	if (servers > 1 && *names)
		return misused(&command_setup,
			       "one mail server at a time: pam_sap.conf has one mta");
	return EXIT_DONE;
}

/* Logins open nothing more before their leases are ended and the table is forgotten: so
 * what is put in first is taken out last. */
static int make_plan(const struct request *request, struct plan *plan, struct why *why)
{
	size_t count = 0;
	int error = 0;

	while (request->parts[count])
		count++;
	for (size_t i = 0; i < count && error == 0; i++) {
		const struct part *part =
			request->parts[plan->remove ? count - 1 - i : i];
		error = part->plan(plan, part, why);
	}
	return error;
}

static int carry_out(const struct tool *tool, const struct request *request,
		     const struct plan *plan)
{
	struct why why = { 0 };

	if (plan_is_empty(plan)) {
		if (!tool->json)
			(void)printf("nothing to do\n");
		return EXIT_DONE;
	}
	if (request->apply) {
		if (apply_plan(tool, plan, &why) < 0)
			return complain(EXIT_UNUSABLE, "%s", why.text);
		return EXIT_DONE;
	}
	if (show_plan(tool, plan, &why) < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	return EXIT_PARTLY;
}

static int run_setup(struct tool *tool, int argc, char **argv)
{
	cleanup_plan struct plan plan = { 0 };
	struct request request = { 0 };
	struct why why = { 0 };

	int code = parse_options(argc, argv, &request);
	if (code == EXIT_DONE)
		code = choose_parts(argv + optind, &request);
	if (code != EXIT_DONE)
		return code;
	plan_begin(&plan, &tool->settings, tool->conf);
	plan.remove = request.remove;
	if (make_plan(&request, &plan, &why) < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	return carry_out(tool, &request, &plan);
}

const struct command command_setup = {
	.name = "setup",
	.arguments = "[-a] [-r] [-n] [PART...]",
	.purpose = "put our lines into mail server and daemons, or take them out",
	.help = "  -a, --apply    do it; without it is shown as a diff\n"
		"  -r, --remove   take it out again; without a PART: of all\n"
		"  -n, --dry-run  only show what --remove would do\n\n"
		"Parts: sendmail postfix exim dovecot courier cyrus mailutils popa3d "
		"solid-pop3d\n"
		"The first three are mail servers: one of them.\n"
		"The exit status is 1 when there is something to do that was only "
		"shown.\n",
	.run = run_setup,
};
