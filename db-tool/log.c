/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/log.h"

#include "core/event.h"
#include "db-tool/command.h"
#include "db-tool/journal.h"

#include <syslog.h>

void log_open(struct tool *tool)
{
	openlog("sapdb", LOG_PID, LOG_MAIL);
	tool->log = true;
}

void log_event(const struct event *event, const char *text)
{
	const int priority = event_is_warning(event->kind) ? LOG_WARNING : LOG_NOTICE;

	if (journal_send(event, text, priority) < 0)
		syslog(LOG_MAIL | priority, "%s", text);
}
