/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/status_address.h"

#include "base/why.h"
#include "core/duration.h"
#include "core/expire.h"
#include "core/hold.h"
#include "core/lease_file.h"
#include "core/verdict.h"
#include "db-tool/command.h"
#include "db-tool/leases.h"
#include "db-tool/output.h"
#include "db-tool/table_file.h"

#include <stdio.h>

#define REASON 512
#define WHEN 128

struct answer {
	bool may_relay;
	char reason[REASON];
};

/* The lease's end, whether by its time or beyond it. */
static void say_when(const struct leases *leases, const struct batch_entry *entry,
		     char when[static WHEN])
{
	const struct settings *settings = leases->job.settings;
	const time_t end = lease_end(&entry->lease, settings->lifetime_ms);
	char text[EVENT_TIME], left[DURATION_TEXT];

	duration_print((long)(end - leases->job.now.tv_sec), left);
	if (entry->held)
		(void)snprintf(when, WHEN,
			       "held open by an established connection, at the latest "
			       "until %s",
			       event_time(hold_end(settings, &entry->lease), text));
	else if (expire_is_due(&leases->job, &entry->lease))
		(void)snprintf(when, WHEN,
			       "whose time is over: the next timer run closes it");
	else
		(void)snprintf(when, WHEN, "closes in %s", left);
}

static void say_of_lease(const struct leases *leases, const struct lease *lease,
			 struct answer *answer)
{
	struct batch_entry entry = { .lease = *lease };
	struct batch one = { .entry = &entry, .count = 1 };
	char when[WHEN];

	leases_mark_held(leases, &one);
	say_when(leases, &entry, when);
	(void)snprintf(answer->reason, REASON, "lease of user %s (%s), %s", lease->user,
		       lease->service, when);
}

/* The table does not decide, and shows no record of ours. */
static void say_why_shut(const struct leases *leases, const struct client_address *client,
			 struct answer *answer)
{
	const char *reason = "no lease, and no record lets it";

	if (lease_present(&leases->dir, LEASE_ACTIVE, client))
		reason = "it has a lease, but the table has lost its record; the next "
			 "timer run puts it back";
	else if (lease_present(&leases->dir, LEASE_PENDING, client))
		reason = "its lease waits for a commit";
	else if (lease_present(&leases->dir, LEASE_DEFERRED, client))
		reason = "its lease waits until the table can be changed; see the log";
	(void)snprintf(answer->reason, REASON, "%s", reason);
}

static void say(const struct leases *leases, const struct client_address *client,
		const struct verdict *verdict, struct answer *answer)
{
	struct lease lease;

	answer->may_relay = verdict->word == VERDICT_GRANTED ||
			    (verdict->word == VERDICT_FREE && verdict->ours);
	if (verdict->word == VERDICT_GRANTED)
		(void)snprintf(answer->reason, REASON,
			       "the administrator's record '%s' lets it", verdict->key);
	else if (verdict->word == VERDICT_REFUSED)
		(void)snprintf(answer->reason, REASON,
			       "the administrator's record '%s' keeps it shut",
			       verdict->key);
	else if (!verdict->ours)
		say_why_shut(leases, client, answer);
	else if (lease_read(&leases->dir, LEASE_ACTIVE, client, &lease, NULL) == 0)
		say_of_lease(leases, &lease, answer);
	else
		(void)snprintf(answer->reason, REASON,
			       "a record of ours whose lease is gone; the next timer run "
			       "removes it");
}

static int answer_one(const struct tool *tool, const struct leases *leases,
		      const struct table *table, const char *text)
{
	const struct record_form form = settings_record_form(&tool->settings);
	struct client_address client;
	struct verdict verdict;
	struct answer answer = { 0 };
	struct why why = { 0 };

	if (client_address_parse_remote(text, &client) < 0)
		return complain(EXIT_USAGE, "'%s' is no IPv4 or IPv6 address", text);
	client_address_mask_ipv6(&client, form.ipv6_prefix);
	if (verdict_of(table, &form, &client, &verdict, &why) < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	say(leases, &client, &verdict, &answer);

	if (tool->json)
		output_json(json_pack("{s:s, s:b, s:s}", "address", client.text,
				      "may_relay", answer.may_relay, "reason",
				      answer.reason));
	else
		(void)printf("%s %s relay: %s\n", client.text,
			     answer.may_relay ? "may" : "may not", answer.reason);
	return answer.may_relay ? EXIT_DONE : EXIT_PARTLY;
}

int status_addresses(const struct tool *tool, const struct leases *leases,
		     char **addresses)
{
	cleanup_table_file struct table_file file = { 0 };
	struct why why = { 0 };
	int worst = EXIT_DONE;

	if (table_file_open(tool, &file, &why) < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	for (; *addresses; addresses++) {
		const int code = answer_one(tool, leases, &file.table, *addresses);
		worst = code > worst ? code : worst;
	}
	return worst;
}
