/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/foresee.h"

#include "base/why.h"
#include "core/batch.h"
#include "core/blocks.h"
#include "db-tool/command.h"
#include "db-tool/leases.h"
#include "db-tool/output.h"

#include <stdio.h>

void foresee_lease(const struct tool *tool, const char *what, const struct lease *lease)
{
	if (tool->json)
		output_json(json_pack("{s:s, s:s, s:s}", "would", what, "address",
				      lease->client.text, "user", lease->user));
	else
		(void)printf("would %s %s (user %s)\n", what, lease->client.text,
			     lease->user);
}

static void foresee_block(const struct tool *tool, const char *what,
			  const struct block *block)
{
	const bool user = block->user[0] != '\0';
	char network[NETWORK_TEXT], text[BLOCK_TEXT];

	if (tool->json)
		output_json(json_pack(
			"{s:s, s:s, s:I}", "would", what, user ? "user" : "network",
			user ? block->user : network_print(&block->network, network),
			"until", (json_int_t)block->until));
	else
		(void)printf("would %s %s\n", what, block_tell(block, "", text));
}

int foresee_blocks(const struct tool *tool, const struct blocks *wanted)
{
	static const enum lease_folder folders[] = { LEASE_ACTIVE, LEASE_PENDING,
						     LEASE_DEFERRED };
	cleanup_leases struct leases leases = LEASES_NONE;
	cleanup_batch struct batch all = { 0 };
	struct why why = { 0 };

	int error = leases_look(tool, &leases, &why);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && error == 0; i++)
		error = leases_collect(&leases, folders[i], &all, &why);
	if (error < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	for (size_t i = 0; i < wanted->count; i++)
		foresee_block(tool, "block", &wanted->list[i]);
	batch_sort(&all);
	for (size_t i = 0; i < all.count; i++)
		if (blocks_cover(wanted, &all.entry[i].lease,
				 (unsigned)tool->settings.ipv6_prefix))
			foresee_lease(tool, "revoke", &all.entry[i].lease);
	return EXIT_DONE;
}

int foresee_unblock(const struct tool *tool, const struct blocks *there,
		    const struct blocks *unwanted, int code)
{
	for (size_t i = 0; i < unwanted->count; i++)
		if (blocks_has(there, &unwanted->list[i]))
			foresee_block(tool, "unblock", &unwanted->list[i]);
	return code;
}
