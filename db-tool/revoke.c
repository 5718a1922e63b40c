/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/revoke.h"
#include "base/why.h"
#include "core/batch.h"
#include "core/escape.h"
#include "core/lease_file.h"
#include "db-tool/command.h"
#include "db-tool/leases.h"
#include "db-tool/log.h"
#include "db-tool/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The leases that are meant; only their addresses matter. */
struct chosen {
	bool all;
	char user[LEASE_USER]; /* escaped as in a lease; "" = any */
	struct batch leases;
};

static int parse(int argc, char **argv, struct chosen *ret)
{
	static const struct option longopts[] = { { "user", required_argument, NULL,
						    'u' },
						  { "all", no_argument, NULL, 'a' },
						  { 0 } };
	int option;

	optind = 0; /* start anew, with options behind arguments */
	while ((option = getopt_long(argc, argv, ":u:a", longopts, NULL)) != -1) {
		if (option == 'u')
			(void)escape_text(optarg, " =", ret->user, sizeof(ret->user));
		else if (option == 'a')
			ret->all = true;
		else
			return wrong_option(&command_revoke, longopts, option, argv);
	}
	const int ways = (optind < argc) + ret->all + (ret->user[0] != '\0');
	if (ways != 1)
		return misused(&command_revoke,
			       "addresses, --user or --all: one of the three");
	return EXIT_DONE;
}

static int choose_named(const struct tool *tool, char **addresses, struct chosen *ret)
{
	struct lease lease = { 0 };

	for (; *addresses; addresses++) {
		if (client_address_parse_remote(*addresses, &lease.client) < 0)
			return misused(&command_revoke, "'%s' is no IPv4 or IPv6 address",
				       *addresses);
		client_address_mask_ipv6(&lease.client,
					 (unsigned)tool->settings.ipv6_prefix);
		if (batch_add(&ret->leases, &lease, LEASE_ACTIVE) < 0)
			return complain(EXIT_UNUSABLE, "out of memory");
	}
	return EXIT_DONE;
}

static int choose_found(const struct leases *leases, struct chosen *ret)
{
	static const enum lease_folder folders[] = { LEASE_ACTIVE, LEASE_PENDING,
						     LEASE_DEFERRED };
	cleanup_batch struct batch all = { 0 };
	struct why why = { 0 };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (leases_collect(leases, folders[i], &all, &why) < 0)
			return complain(EXIT_UNUSABLE, "%s", why.text);
	for (size_t i = 0; i < all.count; i++) {
		const struct batch_entry *entry = &all.entry[i];

		if (!ret->all && strcmp(entry->lease.user, ret->user) != 0)
			continue;
		if (batch_add(&ret->leases, &entry->lease, entry->from) < 0)
			return complain(EXIT_UNUSABLE, "out of memory");
	}
	return EXIT_DONE;
}

/* How many of the named have no lease at all; each is said. */
static int count_missing(const struct leases *leases, const struct batch *batch)
{
	int missing = 0;

	for (size_t i = 0; i < batch->count; i++) {
		const struct client_address *client = &batch->entry[i].lease.client;

		if (lease_present(&leases->dir, LEASE_ACTIVE, client) ||
		    lease_present(&leases->dir, LEASE_PENDING, client) ||
		    lease_present(&leases->dir, LEASE_DEFERRED, client))
			continue;
		missing++;
		(void)complain(0, "%s has no lease", client->text);
	}
	return missing;
}

static int revoke_all(struct tool *tool, const struct leases *leases,
		      const struct batch *batch)
{
	struct commit_result result = { 0 };
	struct why why = { 0 };
	struct client_address *clients = calloc(batch->count + 1, sizeof(*clients));

	if (!clients)
		return complain(EXIT_UNUSABLE, "out of memory");
	for (size_t i = 0; i < batch->count; i++)
		clients[i] = batch->entry[i].lease.client;
	log_open(tool);
	const int error =
		revoke_leases(&leases->job, clients, batch->count, &result, &why);
	free(clients);
	if (error == -ENOENT)
		return EXIT_PARTLY;
	return error < 0 ? complain(EXIT_UNUSABLE, "%s", why.text) : EXIT_DONE;
}

static int run_revoke(struct tool *tool, int argc, char **argv)
{
	cleanup_leases struct leases leases = LEASES_NONE;
	struct chosen chosen = { 0 };
	struct why why = { 0 };
	int missing = 0;

	int code = parse(argc, argv, &chosen);
	if (code == EXIT_DONE && leases_open(tool, &leases, &why) < 0)
		code = complain(EXIT_UNUSABLE, "%s", why.text);
	if (code == EXIT_DONE)
		code = optind < argc ? choose_named(tool, argv + optind, &chosen)
				     : choose_found(&leases, &chosen);
	if (code == EXIT_DONE)
		missing = count_missing(&leases, &chosen.leases);
	if (code == EXIT_DONE && chosen.leases.count == 0)
		code = complain(EXIT_PARTLY, "there is no lease to revoke");
	else if (code == EXIT_DONE)
		code = revoke_all(tool, &leases, &chosen.leases);
	batch_free(&chosen.leases);
	return code == EXIT_DONE && missing > 0 ? EXIT_PARTLY : code;
}

const struct command command_revoke = {
	.name = "revoke",
	.arguments = "ADDRESS... | -u USER | -a",
	.purpose = "end leases now",
	.help = "  -u, --user=USER  all leases that this user opened\n"
		"  -a, --all        all leases\n\n"
		"The next login from there opens a new one. Records of the\n"
		"administrator's own are not touched.\n",
	.run = run_revoke,
};
