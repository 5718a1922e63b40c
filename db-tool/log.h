/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log - the tool's way to the system's log: ident sapdb, facility mail
 *
 * Built with libsystemd, and where there is a journal, an event has fields, so that
 *nobody has to take the line apart:
 *
 *	SAP_EVENT	event_name(): opened, removed, refused, kept_shut, blocked, ...
 *	SAP_ADDRESS	SAP_USER  SAP_SERVICE  SAP_MAP  SAP_DETAIL	where they apply
 *	MESSAGE_ID	one for all events of ours: 8b3f4c1d2a6e4f0c9d57e1b2a4c6083f
 *
 * Elsewhere it is a line of syslog(3).
 */
#pragma once

struct event;
struct tool;

/* From here on what happens to leases is logged as well as printed. */
void log_open(struct tool *tool);

/* `text` is event_text(). */
void log_event(const struct event *event, const char *text);
