/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/status_address.h"

#include "base/why.h"
#include "core/blocks.h"
#include "core/duration.h"
#include "core/expire.h"
#include "core/hold.h"
#include "core/lease_file.h"
#include "core/screen.h"
#include "core/verdict.h"
#include "db-tool/command.h"
#include "db-tool/leases.h"
#include "db-tool/output.h"
#include "db-tool/table_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define REASON 512
#define WHEN 128

struct question {
	const struct tool *tool;
	const struct leases *leases;
	struct client_address from;   /* as it was asked */
	struct client_address client; /* that of its lease */
};

struct answer {
	bool may_relay;
	char reason[REASON];
	struct lease lease;	/* "" for a user: there is none */
	char key[RECORD_KEY];	/* of the administrator's record that decides, or "" */
	char block[BLOCK_TEXT]; /* or "" */
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

static void say_of_lease(const struct leases *leases, struct answer *answer)
{
	const struct lease *lease = &answer->lease;
	struct batch_entry entry = { .lease = *lease };
	struct batch one = { .entry = &entry, .count = 1 };
	char when[WHEN], opened[EVENT_TIME];

	leases_mark_held(leases, &one);
	say_when(leases, &entry, when);
	if (answer->block[0] != '\0')
		(void)snprintf(when, WHEN, "but blocked: the next timer run closes it");
	(void)snprintf(answer->reason, REASON, "lease of user %s (%s), opened %s, %s",
		       lease->user, lease->service, event_time(lease->opened, opened),
		       when);
}

/* Whoever would open it: the lease of somebody who is blocked, or the address. */
static void find_block(const struct question *question, struct answer *answer)
{
	const struct job *job = &question->leases->job;
	cleanup_blocks struct blocks blocks = { 0 };
	struct lease lease = answer->lease;
	struct why why = { 0 };

	if (lease.user[0] == '\0')
		lease_make(&lease, &question->client, "-", "-", job->now);
	if (blocks_read(&question->leases->dir, job->now.tv_sec, &blocks, &why) < 0)
		(void)complain(0, "%s", why.text);
	const struct block *block =
		blocks_cover(&blocks, &lease, (unsigned)job->settings->ipv6_prefix);
	if (block)
		(void)block_tell(block, " is blocked", answer->block);
}

static void find_lease(const struct question *question, struct answer *answer)
{
	static const enum lease_folder folders[] = { LEASE_ACTIVE, LEASE_PENDING,
						     LEASE_DEFERRED };
	int error = -ENOENT;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && error < 0; i++)
		error = lease_read(&question->leases->dir, folders[i], &question->client,
				   &answer->lease, NULL);
	if (error < 0)
		answer->lease = (struct lease){ .client = question->client };
}

/* No login from there opens it, whoever logs in. */
static const char *never_opened(const struct question *question)
{
	const struct settings *settings = &question->tool->settings;
	const char *never = screen_client(settings, &question->from);

	if (!never && settings->refuse_own && screen_is_own(&question->from) > 0)
		never = "this host's own address (refuse_own)";
	return never;
}

/* The table does not decide, and shows no record of ours. */
static void say_why_shut(const struct question *question, struct answer *answer)
{
	const struct leases *leases = question->leases;
	const struct client_address *client = &question->client;
	const char *reason = "no lease, and no record lets it";
	const char *never = never_opened(question);

	if (answer->block[0] != '\0') {
		(void)snprintf(answer->reason, REASON, "%s", answer->block);
		return;
	}
	if (never) {
		(void)snprintf(answer->reason, REASON, "no login opens it: %s", never);
		return;
	}
	if (lease_present(&leases->dir, LEASE_ACTIVE, client))
		reason = "it has a lease, but the table has lost its record; the next "
			 "timer run puts it back";
	else if (lease_present(&leases->dir, LEASE_PENDING, client))
		reason = "its lease waits for a commit";
	else if (lease_present(&leases->dir, LEASE_DEFERRED, client))
		reason = "its lease waits until the table can be changed; see the log";
	(void)snprintf(answer->reason, REASON, "%s", reason);
}

static void say(const struct question *question, const struct verdict *verdict,
		struct answer *answer)
{
	const bool active =
		lease_present(&question->leases->dir, LEASE_ACTIVE, &question->client);

	answer->may_relay = verdict->word == VERDICT_GRANTED ||
			    (verdict->word == VERDICT_FREE && verdict->ours);
	memcpy(answer->key, verdict->key, sizeof(answer->key));
	if (verdict->word == VERDICT_GRANTED)
		(void)snprintf(answer->reason, REASON,
			       "the administrator's record '%s' lets it", verdict->key);
	else if (verdict->word == VERDICT_REFUSED)
		(void)snprintf(answer->reason, REASON,
			       "the administrator's record '%s' keeps it shut",
			       verdict->key);
	else if (!verdict->ours)
		say_why_shut(question, answer);
	else if (active && answer->lease.user[0] != '\0')
		say_of_lease(question->leases, answer);
	else
		(void)snprintf(answer->reason, REASON,
			       "a record of ours whose lease is gone; the next timer run "
			       "removes it");
}

/* What does not apply is left out. */
static json_t *answer_object(const struct question *question, const struct answer *answer)
{
	const struct lease *lease = &answer->lease;
	const long lifetime_ms = question->tool->settings.lifetime_ms;
	json_t *object =
		json_pack("{s:s, s:b, s:s}", "address", question->client.text,
			  "may_relay", answer->may_relay, "reason", answer->reason);

	if (lease->user[0] != '\0')
		(void)json_object_update_new(
			object,
			json_pack("{s:s, s:s, s:I, s:I, s:I}", "user", lease->user,
				  "service", lease->service, "opened",
				  (json_int_t)lease->opened, "last_login",
				  (json_int_t)lease->last_login.tv_sec, "closes",
				  (json_int_t)lease_end(lease, lifetime_ms)));
	if (answer->key[0] != '\0')
		(void)json_object_set_new(object, "record", json_string(answer->key));
	if (answer->block[0] != '\0')
		(void)json_object_set_new(object, "block", json_string(answer->block));
	return object;
}

static int answer_one(const struct tool *tool, const struct leases *leases,
		      const struct table *table, const char *text)
{
	const struct record_form form = settings_record_form(&tool->settings);
	struct question question = { .tool = tool, .leases = leases };
	struct verdict verdict;
	struct answer answer = { 0 };
	struct why why = { 0 };

	if (client_address_parse_remote(text, &question.from) < 0)
		return complain(EXIT_USAGE, "'%s' is no IPv4 or IPv6 address", text);
	question.client = question.from;
	client_address_mask_ipv6(&question.client, form.ipv6_prefix);
	if (verdict_of(table, &form, &question.client, &verdict, &why) < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	find_lease(&question, &answer);
	find_block(&question, &answer);
	say(&question, &verdict, &answer);

	if (tool->json)
		output_json(answer_object(&question, &answer));
	else
		(void)printf("%s %s relay: %s\n", question.client.text,
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
