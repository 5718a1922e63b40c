/* SPDX-License-Identifier: BSD-2-Clause */
/* sapdb status without an address: a table of the leases. With one: status_address.c */
#include "base/why.h"
#include "core/batch.h"
#include "core/lease_file.h"
#include "db-tool/command.h"
#include "db-tool/leases.h"
#include "db-tool/options.h"
#include "db-tool/output.h"
#include "db-tool/status_address.h"
#include "db-tool/status_table.h"

#include <stdlib.h>

static void print_json(const struct leases *leases, const struct batch_entry *entry)
{
	const struct lease *lease = &entry->lease;
	const long long end = lease_end(lease, leases->job.settings->lifetime_ms);

	output_json(json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:b}", "address",
			      lease->client.text, "state", status_state(entry->from),
			      "user", lease->user, "service", lease->service, "opened",
			      (json_int_t)lease->opened, "last_login",
			      (json_int_t)lease->last_login.tv_sec, "closes",
			      (json_int_t)end, "held", entry->held));
}

/* What ends next comes first, and what is held last. Equals stay as they are sorted: by
 * address. */
static int compare_ends(const void *a, const void *b, void *lifetime_ms)
{
	const struct batch_entry *left = a, *right = b;
	const long lifetime = *(const long *)lifetime_ms;
	const time_t left_end = lease_end(&left->lease, lifetime);
	const time_t right_end = lease_end(&right->lease, lifetime);

	if (left->held != right->held)
		return left->held - right->held;
	if (left_end != right_end)
		return left_end < right_end ? -1 : 1;
	return client_address_compare(&left->lease.client, &right->lease.client);
}

static void sort_by_end(struct batch *batch, long lifetime_ms)
{
	if (batch->count > 0)
		qsort_r(batch->entry, batch->count, sizeof(*batch->entry), compare_ends,
			&lifetime_ms);
}

static int run_status(struct tool *tool, int argc, char **argv)
{
	static const enum lease_folder shown[] = { LEASE_ACTIVE, LEASE_PENDING,
						   LEASE_DEFERRED, LEASE_ENDING };
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
		error = leases_collect(&leases, shown[i], &batch, &why);
	if (error < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);

	leases_mark_held(&leases, &batch);
	sort_by_end(&batch, tool->settings.lifetime_ms);
	if (!tool->json)
		status_table(&leases, &batch);
	for (size_t i = 0; i < batch.count && tool->json; i++)
		print_json(&leases, &batch.entry[i]);
	return EXIT_DONE;
}

const struct command command_status = {
	.name = "status",
	.arguments = "[ADDRESS...]",
	.purpose = "show the leases, or whether and why an address may relay",
	.help = "Without an address: one lease a line, what ends next first. OPENED "
		"and\n"
		"LOGIN say how long ago.\n"
		"held: its client is still connected (hold_open).\n"
		"open: the table shows it; waiting: a commit is to come; deferred: the "
		"last\n"
		"commit failed, the timer tries again; ending: it is being removed.\n"
		"With addresses the exit status is 0 if all of them may relay, else 1.\n",
	.run = run_status,
};
