/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/revoke.h"

#include "base/why.h"
#include "core/batch.h"
#include "core/blocks.h"
#include "core/escape.h"
#include "core/lease_file.h"
#include "db-tool/command.h"
#include "db-tool/foresee.h"
#include "db-tool/leases.h"
#include "db-tool/log.h"
#include "db-tool/options.h"
#include "db-tool/time_option.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct request {
	bool all, dry;
	long block_ms; /* 0 = they are not blocked */
	const char *user;
	char **addresses; /* ends with NULL; NULL: none */
};

static const enum lease_folder folders[] = { LEASE_ACTIVE, LEASE_PENDING,
					     LEASE_DEFERRED };
#define FOLDERS (sizeof(folders) / sizeof(folders[0]))

static const struct option longopts[] = {
	{ "user", required_argument, NULL, 'u' },
	{ "all", no_argument, NULL, 'a' },
	{ "block", required_argument, NULL, 'b' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ 0 },
};

static int parse(int argc, char **argv, struct request *ret)
{
	int option;

	optind = 0; /* start anew, with options behind arguments */
	while ((option = getopt_long(argc, argv, ":u:ab:n", longopts, NULL)) != -1) {
		if (option == 'u')
			ret->user = optarg;
		else if (option == 'a')
			ret->all = true;
		else if (option == 'n')
			ret->dry = true;
		else if (option != 'b')
			return wrong_option(&command_revoke, longopts, option, argv);
		else if (time_option(optarg, &time_of_block, &ret->block_ms) < 0)
			return misused(&command_revoke, "--block '%s': must be %s",
				       optarg, time_of_block.range);
	}
	ret->addresses = optind < argc ? argv + optind : NULL;
	const int ways = (optind < argc) + ret->all + (ret->user != NULL);
	if (ways == 1 && ret->user && ret->user[0] == '\0')
		return misused(&command_revoke, "--user: a name is needed");
	if (ways != 1)
		return misused(&command_revoke,
			       "addresses, --user or --all: one of the three");
	if (ret->all && ret->block_ms != 0)
		return misused(&command_revoke, "--block is for addresses or a user; "
						"sapdb block takes networks");
	return EXIT_DONE;
}

static int choose_named(const struct tool *tool, char **addresses, struct batch *ret)
{
	struct lease lease = { 0 };

	for (; *addresses; addresses++) {
		if (client_address_parse_remote(*addresses, &lease.client) < 0)
			return misused(&command_revoke, "'%s' is no IPv4 or IPv6 address",
				       *addresses);
		client_address_mask_ipv6(&lease.client,
					 (unsigned)tool->settings.ipv6_prefix);
		if (batch_add(ret, &lease, LEASE_ACTIVE) < 0)
			return complain(EXIT_UNUSABLE, "out of memory");
	}
	return EXIT_DONE;
}

/* Whatever is in its file. */
static int choose_all(const struct leases *leases, struct batch *ret)
{
	struct why why = { 0 };

	for (size_t i = 0; i < FOLDERS; i++) {
		cleanup_lease_scan struct lease_scan scan = { 0 };
		struct lease lease = { 0 };
		struct lease_name name;
		int found = lease_scan_open(&leases->dir, folders[i], &scan, &why);

		while (found >= 0 && (found = lease_scan_next(&scan, &name, &why)) > 0) {
			lease.client = name.client;
			if (found == LEASE_SCAN_CLIENT &&
			    batch_add(ret, &lease, folders[i]) < 0)
				return complain(EXIT_UNUSABLE, "out of memory");
		}
		if (found < 0)
			return complain(EXIT_UNUSABLE, "%s", why.text);
	}
	return EXIT_DONE;
}

static int choose_found(const struct leases *leases, const char *user, struct batch *ret)
{
	char escaped[LEASE_USER];
	cleanup_batch struct batch all = { 0 };
	struct why why = { 0 };

	for (size_t i = 0; i < FOLDERS; i++)
		if (leases_collect(leases, folders[i], &all, &why) < 0)
			return complain(EXIT_UNUSABLE, "%s", why.text);
	(void)escape_text(user, " =", escaped, sizeof(escaped));
	for (size_t i = 0; i < all.count; i++) {
		const struct batch_entry *entry = &all.entry[i];

		if (strcmp(entry->lease.user, escaped) != 0)
			continue;
		if (batch_add(ret, &entry->lease, entry->from) < 0)
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

static void foresee(const struct tool *tool, const struct leases *leases,
		    const struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct client_address *client = &batch->entry[i].lease.client;
		struct lease lease;
		int error = -ENOENT;

		for (size_t j = 0; j < FOLDERS && error < 0; j++)
			error = lease_read(&leases->dir, folders[j], client, &lease,
					   NULL);
		if (error == 0)
			foresee_lease(tool, "revoke", &lease);
	}
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

static int choose(const struct tool *tool, const struct leases *leases,
		  const struct request *request, struct batch *ret)
{
	if (request->addresses)
		return choose_named(tool, request->addresses, ret);
	return request->all ? choose_all(leases, ret)
			    : choose_found(leases, request->user, ret);
}

static int end_leases(struct tool *tool, const struct leases *leases,
		      const struct request *request)
{
	cleanup_batch struct batch chosen = { 0 };

	int code = choose(tool, leases, request, &chosen);
	if (code != EXIT_DONE)
		return code;
	const bool left = !lease_folder_empty(&leases->dir, LEASE_ENDING);
	if (chosen.count == 0 && !(request->all && left))
		return complain(EXIT_PARTLY, "there is no lease to revoke");
	const int missing = count_missing(leases, &chosen);
	if (request->dry)
		foresee(tool, leases, &chosen);
	else
		code = revoke_all(tool, leases, &chosen);
	return code == EXIT_DONE && missing > 0 ? EXIT_PARTLY : code;
}

/* Whether there is a lease now or not. */
static int list_blocks(const struct request *request, time_t until, struct blocks *ret)
{
	struct client_address client;
	struct block block;
	int error = 0;

	if (request->user) {
		block_of_user(&block, request->user, until);
		error = blocks_set(ret, &block);
	}
	for (char **address = request->addresses; address && *address && error == 0;
	     address++) {
		if (client_address_parse_remote(*address, &client) < 0)
			return misused(&command_revoke, "'%s' is no IPv4 or IPv6 address",
				       *address);
		error = block_of_network(&block, client.text, until, NULL);
		if (error == 0)
			error = blocks_set(ret, &block);
	}
	return error < 0 ? complain(EXIT_UNUSABLE, "no more than %d can be blocked",
				    BLOCKS_MAX)
			 : EXIT_DONE;
}

static int block_them(struct tool *tool, const struct leases *leases,
		      const struct request *request)
{
	const time_t until = leases->job.now.tv_sec + request->block_ms / 1000;
	cleanup_blocks struct blocks blocks = { 0 };
	struct commit_result result = { 0 };
	struct why why = { 0 };

	const int code = list_blocks(request, until, &blocks);
	if (code != EXIT_DONE)
		return code;
	if (request->dry)
		return foresee_blocks(tool, &blocks);
	log_open(tool);
	const int error = revoke_and_block(&leases->job, &blocks, &result, &why);
	return error < 0 ? complain(EXIT_UNUSABLE, "%s", why.text) : EXIT_DONE;
}

static int run_revoke(struct tool *tool, int argc, char **argv)
{
	cleanup_leases struct leases leases = LEASES_NONE;
	struct request request = { 0 };
	struct why why = { 0 };

	const int code = parse(argc, argv, &request);
	if (code != EXIT_DONE)
		return code;
	const int error = request.dry ? leases_look(tool, &leases, &why)
				      : leases_open(tool, &leases, &why);
	if (error < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	return request.block_ms != 0 ? block_them(tool, &leases, &request)
				     : end_leases(tool, &leases, &request);
}

const struct command command_revoke = {
	.name = "revoke",
	.arguments = "[-n] [-b TIME] ADDRESS... | -u USER | -a",
	.purpose = "end leases now; with --block keep their addresses shut",
	.help = "  -u, --user=USER   all leases that this user opened\n"
		"  -a, --all         all leases\n"
		"  -b, --block=TIME  block the addresses, or the user, too: so long (1s\n"
		"                    to 3650d); see sapdb block\n"
		"  -n, --dry-run     only say what would happen\n\n"
		"Without --block the next login from there opens a new one. Records of\n"
		"the administrator's own are not touched.\n",
	.run = run_revoke,
};
