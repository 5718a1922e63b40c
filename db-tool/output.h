/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output - what sapdb prints and logs, as lines for people or as JSON
 *
 * JSON is one object a line. Bytes that are no printable ASCII are escaped in both
 * (core/escape.h), so that no record can drive a terminal.
 */
#pragma once

#include "map/map.h"

#include <jansson.h>

struct event;
struct lease;
struct tool;

/* key<TAB>value, or {"key": ..., "value": ...} */
void output_record(const struct tool *tool, const struct map_entry *entry);

/* What a change would do to a record; `was` NULL: it is new, `value` NULL: it goes.
 * "+ key<TAB>value", "- key<TAB>was", or both; or {"key": ..., "was": ..., "value": ...}
 */
void output_change(const struct tool *tool, const char *key, const char *was,
		   const char *value);

/* Prints the object as one line and frees it. */
void output_json(json_t *object);

/* The sink of events: to stdout, and to the log where tool->log says so. */
void output_event(const void *tool, const struct event *event);
