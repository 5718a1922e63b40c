/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/journal.h"

#include "core/event.h"
#include "core/lease.h"

#include <errno.h>
#include <stdio.h>
#include <syslog.h>
#define SD_JOURNAL_SUPPRESS_LOCATION /* a build's path is no news */
#include <systemd/sd-journal.h>
#include <unistd.h>

#define FIELDS 12
#define FIELD_MOST 2048
#define SOCKET "/run/systemd/journal/socket"

struct fields {
	struct iovec list[FIELDS];
	char text[FIELDS][FIELD_MOST];
	int count;
};

static void add(struct fields *fields, const char *name, const char *value)
{
	char *text = fields->text[fields->count];

	if (!value)
		return;
	const int length = snprintf(text, FIELD_MOST, "%s=%s", name, value);
	const size_t size = length < FIELD_MOST ? (size_t)length : FIELD_MOST - 1;
	fields->list[fields->count++] =
		(struct iovec){ .iov_base = text, .iov_len = size };
}

static void add_number(struct fields *fields, const char *name, long value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%ld", value);
	add(fields, name, text);
}

int journal_send(const struct event *event, const char *text, int priority)
{
	const struct lease *lease = event->lease;
	struct fields fields = { 0 };

	/* sd_journal_sendv() takes a missing journal for success. */
	if (access(SOCKET, W_OK) < 0)
		return -errno;
	add(&fields, "MESSAGE", text);
	add(&fields, "MESSAGE_ID", "8b3f4c1d2a6e4f0c9d57e1b2a4c6083f");
	add_number(&fields, "PRIORITY", priority);
	add_number(&fields, "SYSLOG_FACILITY", LOG_FAC(LOG_MAIL));
	add(&fields, "SYSLOG_IDENTIFIER", "sapdb");
	add_number(&fields, "SYSLOG_PID", getpid());
	add(&fields, "SAP_EVENT", event_name(event->kind));
	add(&fields, "SAP_MAP", event->map);
	add(&fields, "SAP_ADDRESS", lease ? lease->client.text : NULL);
	add(&fields, "SAP_USER", lease ? lease->user : NULL);
	add(&fields, "SAP_SERVICE", lease ? lease->service : NULL);
	add(&fields, "SAP_DETAIL", event->detail);
	return sd_journal_sendv(fields.list, fields.count);
}
