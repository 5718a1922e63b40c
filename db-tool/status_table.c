/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/status_table.h"

#include "core/batch.h"
#include "core/duration.h"
#include "core/expire.h"
#include "core/settings.h"
#include "db-tool/colour.h"
#include "db-tool/leases.h"

#include <stdio.h>
#include <string.h>

/* With two blanks between them, and the longest state: 80. */
#define ADDRESS 15
#define USER 14
#define SERVICE 10
#define AGE 6
#define LEFT 9
#define CELL 32

static const struct {
	enum lease_folder folder;
	enum colour colour;
	const char *state;
} states[] = {
	{ LEASE_ACTIVE, COLOUR_GOOD, "open" },
	{ LEASE_PENDING, COLOUR_LOOK, "waiting" },
	{ LEASE_DEFERRED, COLOUR_BAD, "deferred" },
	{ LEASE_ENDING, COLOUR_LOOK, "ending" },
};

static size_t row_of(enum lease_folder folder)
{
	size_t i = 0;

	while (i < sizeof(states) / sizeof(states[0]) - 1 && states[i].folder != folder)
		i++;
	return i;
}

const char *status_state(enum lease_folder folder)
{
	return states[row_of(folder)].state;
}

/* The largest unit of the time since then: "3h". */
static const char *age(long long since, long long now, char text[static DURATION_TEXT])
{
	duration_print((long)(now - since), text);
	text[strcspn(text, " ")] = '\0';
	return text;
}

static const char *cut(const char *text, size_t columns, char cell[static CELL])
{
	const size_t length = strlen(text);

	if (length <= columns)
		return text;
	(void)snprintf(cell, CELL, "%.*s+", (int)columns - 1, text);
	return cell;
}

static void say_left(const struct leases *leases, const struct batch_entry *entry,
		     char text[static DURATION_TEXT])
{
	const struct lease *lease = &entry->lease;
	const struct job *job = &leases->job;

	if (entry->held)
		(void)snprintf(text, DURATION_TEXT, "held");
	else if (expire_is_due(job, lease))
		(void)snprintf(text, DURATION_TEXT, "next run");
	else
		duration_print((long)(lease_end(lease, job->settings->lifetime_ms) -
				      job->now.tv_sec),
			       text);
}

static void print_row(const struct leases *leases, const struct batch_entry *entry)
{
	const struct lease *lease = &entry->lease;
	const long long now = leases->job.now.tv_sec;
	const char *address = lease->client.text;
	char user[CELL], service[CELL], opened[DURATION_TEXT], login[DURATION_TEXT];
	char left[DURATION_TEXT];
	const size_t state = row_of(entry->from);

	if (strlen(address) > ADDRESS) {
		(void)printf("%s\n", address);
		address = "";
	}
	say_left(leases, entry, left);
	(void)printf("%-*s  %-*s  %-*s  %-*s  %-*s  %-*s  ", ADDRESS, address, USER,
		     cut(lease->user, USER, user), SERVICE,
		     cut(lease->service, SERVICE, service), AGE,
		     age(lease->opened, now, opened), AGE,
		     age(lease->last_login.tv_sec, now, login), LEFT, left);
	(void)printf("%s%s%s\n", colour_begin(states[state].colour), states[state].state,
		     colour_end());
}

void status_table(const struct leases *leases, const struct batch *batch)
{
	if (batch->count == 0) {
		(void)printf("no lease\n");
		return;
	}
	(void)printf("%s%-*s  %-*s  %-*s  %-*s  %-*s  %-*s  %s%s\n",
		     colour_begin(COLOUR_HEAD), ADDRESS, "ADDRESS", USER, "USER", SERVICE,
		     "SERVICE", AGE, "OPENED", AGE, "LOGIN", LEFT, "CLOSES IN", "STATE",
		     colour_end());
	for (size_t i = 0; i < batch->count; i++)
		print_row(leases, &batch->entry[i]);
}
