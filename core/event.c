/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/event.h"

#include "core/escape.h"
#include "core/lease.h"

#include <stdio.h>
#include <time.h>

#define DETAIL 300

void event_tell(const struct event_sink *sink, const struct event *event)
{
	if (sink && sink->tell)
		sink->tell(sink->context, event);
}

const char *event_name(enum event_kind kind)
{
	static const char *const names[] = {
		[EVENT_INSERTED] = "opened",   [EVENT_REMOVED] = "removed",
		[EVENT_REFUSED] = "refused",   [EVENT_GRANTED] = "static",
		[EVENT_LAPSED] = "lapsed",     [EVENT_FULL] = "full",
		[EVENT_BLOCKED] = "kept_shut", [EVENT_JUNK] = "junk",
		[EVENT_JUNK_HEAP] = "junk",    [EVENT_UNHELD] = "unheld",
		[EVENT_BLOCK] = "blocked",     [EVENT_UNBLOCK] = "unblocked",
		[EVENT_HEALED] = "healed",
	};

	return names[kind];
}

bool event_is_warning(enum event_kind kind)
{
	return kind == EVENT_FULL || kind == EVENT_LAPSED || kind == EVENT_JUNK ||
	       kind == EVENT_JUNK_HEAP || kind == EVENT_UNHELD;
}

const char *event_time(long long seconds, char text[static EVENT_TIME])
{
	const time_t time = (time_t)seconds;
	struct tm parts = { 0 };

	if (!gmtime_r(&time, &parts) ||
	    strftime(text, EVENT_TIME, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		(void)snprintf(text, EVENT_TIME, "@%lld", seconds);
	return text;
}

static int print_without_lease(const struct event *event, const char *detail,
			       char text[static EVENT_TEXT])
{
	if (event->kind == EVENT_HEALED)
		return snprintf(text, EVENT_TEXT, "made %s agree with the leases: %s",
				event->map, detail);
	if (event->kind == EVENT_UNHELD)
		return snprintf(text, EVENT_TEXT,
				"hold_open has no effect, leases end with their "
				"lifetime: %s",
				detail);
	if (event->kind == EVENT_BLOCK)
		return snprintf(text, EVENT_TEXT, "blocked %s", detail);
	if (event->kind == EVENT_UNBLOCK)
		return snprintf(text, EVENT_TEXT, "unblocked %s", detail);
	if (event->kind == EVENT_JUNK_HEAP)
		return snprintf(text, EVENT_TEXT,
				"removed what is no lease that may be opened: %s",
				detail);
	return snprintf(text, EVENT_TEXT,
			"removed '%s': it is no lease that may be opened", detail);
}

static int print_lease(const struct event *event, const char *detail,
		       char text[static EVENT_TEXT])
{
	const struct lease *lease = event->lease;
	const char *client = lease->client.text;
	char last[EVENT_TIME];

	(void)event_time(lease->last_login.tv_sec, last);
	if (event->kind == EVENT_REMOVED && lease->last_login.tv_sec == 0)
		return snprintf(text, EVENT_TEXT, "removed %s from %s (user %s, revoked)",
				client, event->map, lease->user);
	switch (event->kind) {
	case EVENT_INSERTED:
		return snprintf(text, EVENT_TEXT, "inserted %s into %s for user %s (%s)",
				client, event->map, lease->user, lease->service);
	case EVENT_REMOVED:
		return snprintf(text, EVENT_TEXT,
				"removed %s from %s (user %s, last login %s%s%s)", client,
				event->map, lease->user, last, detail[0] ? ", " : "",
				detail);
	case EVENT_REFUSED:
		return snprintf(text, EVENT_TEXT,
				"refused %s for user %s (%s): the administrator's record "
				"'%s' in %s keeps it shut",
				client, lease->user, lease->service, detail, event->map);
	case EVENT_GRANTED:
		return snprintf(text, EVENT_TEXT,
				"no lease for %s, user %s (%s): the administrator's "
				"record '%s' in %s lets it relay already",
				client, lease->user, lease->service, detail, event->map);
	case EVENT_LAPSED:
		return snprintf(text, EVENT_TEXT,
				"not opened: %s for user %s (%s): its lifetime ended "
				"before %s could be changed (last login %s)",
				client, lease->user, lease->service, event->map, last);
	case EVENT_FULL:
		return snprintf(text, EVENT_TEXT,
				"not opened: %s for user %s (%s): max_leases is reached",
				client, lease->user, lease->service);
	case EVENT_BLOCKED:
		return snprintf(text, EVENT_TEXT, "not opened: %s for user %s (%s): %s",
				client, lease->user, lease->service, detail);
	case EVENT_BLOCK:
	case EVENT_UNBLOCK:
	case EVENT_JUNK:
	case EVENT_JUNK_HEAP:
	case EVENT_UNHELD:
	case EVENT_HEALED:
		break;
	}
	return 0;
}

const char *event_text(const struct event *event, char text[static EVENT_TEXT])
{
	char detail[DETAIL];

	text[0] = '\0';
	escape_text(event->detail, "", detail, sizeof(detail));
	if (event->lease)
		(void)print_lease(event, detail, text);
	else
		(void)print_without_lease(event, detail, text);
	return text;
}
