/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/foresee.h"

#include "base/why.h"
#include "core/blocks.h"
#include "core/expiry_watch.h"
#include "core/lease_file.h"
#include "core/queue.h"
#include "core/screen.h"
#include "core/verdict.h"
#include "db-tool/command.h"
#include "db-tool/leases.h"
#include "db-tool/table_file.h"

#include <stdio.h>

#define OBSTACLE 640

/* In the order in which a grant meets them. 1 = something is in its way. */
static int find_block(const struct leases *leases, const struct lease *lease,
		      char obstacle[static OBSTACLE], struct why *why)
{
	const struct job *job = &leases->job;
	cleanup_blocks struct blocks blocks = { 0 };
	char text[BLOCK_TEXT];

	const int error = blocks_read(&leases->dir, job->now.tv_sec, &blocks, why);
	if (error < 0)
		return error;
	const struct block *block =
		blocks_cover(&blocks, lease, (unsigned)job->settings->ipv6_prefix);
	if (block)
		(void)snprintf(obstacle, OBSTACLE, "%s",
			       block_tell(block, " is blocked", text));
	return block != NULL;
}

static int find_limit(const struct leases *leases, const struct client_address *from,
		      char obstacle[static OBSTACLE])
{
	const struct job *job = &leases->job;
	const char *found = NULL;

	if (job->settings->refuse_own && screen_is_own(from) > 0)
		found = "it is this host's own address (refuse_own)";
	else if (!expiry_is_watched(job))
		found = "sapdb expire has not run within expiry_watch";
	else if (queue_is_full(job))
		found = "max_leases is reached";
	if (found)
		(void)snprintf(obstacle, OBSTACLE, "%s", found);
	return found != NULL;
}

static int find_record(const struct tool *tool, const struct client_address *client,
		       char obstacle[static OBSTACLE], struct why *why)
{
	const struct record_form form = settings_record_form(&tool->settings);
	cleanup_table_file struct table_file file = { 0 };
	struct verdict verdict = { .word = VERDICT_FREE };

	int error = table_file_open(tool, &file, why);
	if (error == 0)
		error = verdict_of(&file.table, &form, client, &verdict, why);
	if (error < 0 || verdict.word == VERDICT_FREE)
		return error;
	(void)snprintf(obstacle, OBSTACLE, "the administrator's record '%s' %s",
		       verdict.key,
		       verdict.word == VERDICT_GRANTED ? "lets it relay already"
						       : "keeps it shut");
	return 1;
}

int foresee_grant(const struct tool *tool, const struct leases *leases,
		  const struct lease *lease, const struct client_address *from)
{
	const struct client_address *client = &lease->client;
	const bool known = lease_present(&leases->dir, LEASE_ACTIVE, client);
	char obstacle[OBSTACLE];
	struct why why = { 0 };

	int found = find_block(leases, lease, obstacle, &why);
	if (found == 0 && !known)
		found = find_limit(leases, from, obstacle);
	if (found == 0)
		found = find_record(tool, client, obstacle, &why);
	if (found < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	if (found > 0)
		return complain(EXIT_PARTLY, "%s would not be opened: %s", client->text,
				obstacle);
	foresee_lease(tool, known ? "renew" : "open", lease);
	return EXIT_DONE;
}
