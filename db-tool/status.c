/* SPDX-License-Identifier: BSD-2-Clause */
/* sapdb status without an address: a table of the leases. With one: status_address.c */
#include "base/why.h"
#include "core/batch.h"
#include "core/duration.h"
#include "core/expire.h"
#include "core/lease_file.h"
#include "db-tool/command.h"
#include "db-tool/leases.h"
#include "db-tool/options.h"
#include "db-tool/output.h"
#include "db-tool/status_address.h"

#include <stdio.h>
#include <string.h>

/* What the folder of a lease means to a person. */
static const struct {
	enum lease_folder folder;
	const char *state;
} shown[] = {
	{ LEASE_ACTIVE, "open" },
	{ LEASE_PENDING, "waiting" },
	{ LEASE_DEFERRED, "deferred" },
	{ LEASE_ENDING, "ending" },
};

static const char *state_of(enum lease_folder folder)
{
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		if (shown[i].folder == folder)
			return shown[i].state;
	return "settled";
}

static void print_json(const struct leases *leases, const struct batch_entry *entry)
{
	const struct lease *lease = &entry->lease;
	const long long end = lease_end(lease, leases->job.settings->lifetime_ms);

	output_json(json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:b}", "address",
			      lease->client.text, "state", state_of(entry->from), "user",
			      lease->user, "service", lease->service, "opened",
			      (json_int_t)lease->opened, "last_login",
			      (json_int_t)lease->last_login.tv_sec, "closes",
			      (json_int_t)end, "held", entry->held));
}

struct widths {
	int address, user, service;
};

static int wider(int width, const char *text)
{
	const int length = (int)strlen(text);

	return length > width ? length : width;
}

static void print_row(const struct leases *leases, const struct batch_entry *entry,
		      struct widths width)
{
	const struct lease *lease = &entry->lease;
	char opened[EVENT_TIME], last[EVENT_TIME], left[DURATION_TEXT];

	if (entry->held)
		(void)snprintf(left, sizeof(left), "held");
	else if (expire_is_due(&leases->job, lease))
		(void)snprintf(left, sizeof(left), "next run");
	else
		duration_print(
			(long)(lease_end(lease, leases->job.settings->lifetime_ms) -
			       leases->job.now.tv_sec),
			left);
	(void)printf("%-*s  %-*s  %-*s  %-20s  %-20s  %-11s  %s\n", width.address,
		     lease->client.text, width.user, lease->user, width.service,
		     lease->service, event_time(lease->opened, opened),
		     event_time(lease->last_login.tv_sec, last), left,
		     state_of(entry->from));
}

static void print_table(const struct leases *leases, const struct batch *batch)
{
	struct widths width = { 7, 4, 7 };

	if (batch->count == 0) {
		(void)printf("no lease\n");
		return;
	}
	for (size_t i = 0; i < batch->count; i++) {
		const struct lease *lease = &batch->entry[i].lease;
		width.address = wider(width.address, lease->client.text);
		width.user = wider(width.user, lease->user);
		width.service = wider(width.service, lease->service);
	}
	(void)printf("%-*s  %-*s  %-*s  %-20s  %-20s  %-11s  %s\n", width.address,
		     "ADDRESS", width.user, "USER", width.service, "SERVICE", "OPENED",
		     "LAST LOGIN", "CLOSES IN", "STATE");
	for (size_t i = 0; i < batch->count; i++)
		print_row(leases, &batch->entry[i], width);
}

static int run_status(struct tool *tool, int argc, char **argv)
{
	static const struct option none[] = { { 0 } };
	cleanup_leases struct leases leases = LEASES_NONE;
	cleanup_batch struct batch batch = { 0 };
	struct why why = { 0 };

	optind = 0; /* start anew, with options behind arguments */
	const int option = getopt_long(argc, argv, ":", none, NULL);
	if (option != -1)
		return wrong_option(&command_status, none, option, argv);
	int error = leases_look(tool, &leases, &why);
	if (error == 0 && optind < argc)
		return status_addresses(tool, &leases, argv + optind);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]) && error == 0; i++)
		error = leases_collect(&leases, shown[i].folder, &batch, &why);
	if (error < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);

	leases_mark_held(&leases, &batch);
	if (!tool->json)
		print_table(&leases, &batch);
	for (size_t i = 0; i < batch.count && tool->json; i++)
		print_json(&leases, &batch.entry[i]);
	return EXIT_DONE;
}

const struct command command_status = {
	.name = "status",
	.arguments = "[ADDRESS...]",
	.purpose = "show the leases, or whether and why an address may relay",
	.help = "Without an address: one lease a line, with its user and when it "
		"closes.\n"
		"held: its client is still connected (hold_open).\n"
		"open: the map shows it; waiting: a commit is to come; deferred: the "
		"last\n"
		"commit failed, the timer tries again; ending: it is being removed.\n"
		"With addresses the exit status is 0 if all of them may relay, else 1.\n",
	.run = run_status,
};
