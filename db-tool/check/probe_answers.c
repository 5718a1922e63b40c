/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks the mail server's own tool whether addresses with a lease relay. */
#include "db-tool/check/probe.h"

#include "core/batch.h"
#include "core/verdict.h"
#include "db-tool/check/server_answer.h"
#include "db-tool/leases.h"
#include "db-tool/table_file.h"

#include <stdio.h>

#define ASKED_MOST 3

static const struct fault differs = { "answer-differs", SEVERITY_ERROR,
				      "The table has a record for this client, and the "
				      "mail server does not let it relay." };

static void say(struct check *check, const struct server_answer *answer,
		const struct client_address *client)
{
	struct finding *found = finding_add(&check->findings, &differs, client->text);

	finding_what(found, "%s does not find the record of %s: %s", answer->tool,
		     client->text, answer->said);
	finding_mend(found, "%s", answer->command);
}

/* Of what the table shows by its own rules. */
static size_t ask_about(struct check *check, const struct table *table,
			const struct batch *batch)
{
	const struct record_form form = settings_record_form(check->settings);
	struct server_answer answer;
	struct verdict verdict;
	size_t asked = 0;

	for (size_t i = 0; i < batch->count && asked < ASKED_MOST; i++) {
		const struct client_address *client = &batch->entry[i].lease.client;

		if (verdict_of(table, &form, client, &verdict, NULL) < 0 ||
		    verdict.word != VERDICT_FREE || !verdict.ours)
			continue;
		if (!server_asked(check, client, &answer))
			break;
		asked++;
		if (!answer.relays)
			say(check, &answer, client);
	}
	return asked;
}

bool probe_answers(struct check *check)
{
	cleanup_table_file struct table_file file = { 0 };
	cleanup_leases struct leases leases = LEASES_NONE;
	cleanup_batch struct batch batch = { 0 };

	if (check->table_is_bad || check->server_is_bad)
		return not_here(check, "what is found already would be found again");
	if (leases_look(check->tool, &leases, NULL) < 0 ||
	    table_file_open(check->tool, &file, NULL) < 0 ||
	    leases_collect(&leases, LEASE_ACTIVE, &batch, NULL) < 0)
		return not_here(check, "no leases to ask about");
	batch_sort(&batch);
	const size_t asked = ask_about(check, &file.table, &batch);
	if (asked == 0)
		return not_here(check, "no address with a lease, or nobody to ask");
	return looked_at(check, "the mail server's answer about %zu address%s", asked,
			 asked == 1 ? "" : "es");
}
