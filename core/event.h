/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event - what happened to a lease, for the log
 *
 * core/ does not log. It tells a sink, and the edge (the module, sapdb) writes the
 * text where its log is. Exactly one process is told of each event: the one that did
 * the commit.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define EVENT_TEXT 1024

struct lease;

enum event_kind {
	EVENT_INSERTED,	 /* the map shows the client now */
	EVENT_REMOVED,	 /* and no longer; `detail` may say why now */
	EVENT_REFUSED,	 /* the administrator keeps it shut, by the record `detail` */
	EVENT_GRANTED,	 /* he lets it relay already, by the record `detail` */
	EVENT_LAPSED,	 /* its lifetime ended before the map could be changed */
	EVENT_FULL,	 /* max_leases is reached */
	EVENT_BLOCKED,	 /* not opened, since `detail` */
	EVENT_JUNK,	 /* `detail`, a file that is no lease, was removed */
	EVENT_JUNK_HEAP, /* several of them: how many, where, the first */
	EVENT_UNHELD,	 /* hold_open has no effect, since `detail` */
	EVENT_BLOCK,	 /* the administrator keeps `detail` shut */
	EVENT_UNBLOCK,	 /* and no longer */
	EVENT_HEALED,	 /* the map did not say what the leases say: `detail` */
};

struct event {
	enum event_kind kind;
	const struct lease *lease; /* NULL from JUNK on */
	const char *map;	   /* its path */
	const char *detail;
};

struct event_sink {
	void (*tell)(const void *context, const struct event *event);
	const void *context;
};

void event_tell(const struct event_sink *sink, const struct event *event);

/* The log's line, escaped. Returns `text`. */
const char *event_text(const struct event *event, char text[static EVENT_TEXT]);

/* A word for each kind, for programs that read the log or the output: it never changes.
 */
const char *event_name(enum event_kind kind);

/* Something that somebody should look at, not just know. */
bool event_is_warning(enum event_kind kind);

/* 2026-11-24T12:01:47Z; @SECONDS for a year that no calendar has */
#define EVENT_TIME 32
const char *event_time(long long seconds, char text[static EVENT_TIME]);
