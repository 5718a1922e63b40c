/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/output.h"

#include "core/escape.h"
#include "core/event.h"
#include "core/lease.h"
#include "db-tool/command.h"
#include "db-tool/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The escaped text; the caller frees it. */
static char *escaped(struct map_bytes bytes)
{
	const size_t room = bytes.size * 4 + 1;
	char *text = malloc(room);

	if (!text) {
		(void)complain(EXIT_UNUSABLE, "out of memory");
		exit(EXIT_UNUSABLE);
	}
	(void)escape_bytes(bytes.data, bytes.size, "", text, room);
	return text;
}

void output_record(const struct tool *tool, const struct map_entry *entry)
{
	char *key = escaped(entry->key), *value = escaped(entry->value);

	if (tool->json)
		output_json(json_pack("{s:s, s:s}", "key", key, "value", value));
	else
		(void)printf("%s\t%s\n", key, value);
	free(key);
	free(value);
}

static char *escaped_text(const char *text)
{
	return text ? escaped((struct map_bytes){ text, strlen(text) }) : NULL;
}

void output_change(const struct tool *tool, const char *key, const char *was,
		   const char *value)
{
	char *shown = escaped_text(key), *before = escaped_text(was),
	     *after = escaped_text(value);

	if (tool->json)
		output_json(json_pack("{s:s, s:s?, s:s?}", "key", shown, "was", before,
				      "value", after));
	if (!tool->json && was)
		(void)printf("- %s\t%s\n", shown, before);
	if (!tool->json && value)
		(void)printf("+ %s\t%s\n", shown, after);
	free(shown);
	free(before);
	free(after);
}

void output_json(json_t *object)
{
	(void)json_dumpf(object, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	(void)putchar('\n');
	json_decref(object);
}

/* What an event is not about is left out. */
static json_t *event_object(const struct event *event, const char *text)
{
	const struct lease *lease = event->lease;
	json_t *object = json_pack("{s:s, s:s, s:s}", "event", text, "kind",
				   event_name(event->kind), "map", event->map);

	if (lease)
		(void)json_object_update_new(
			object,
			json_pack("{s:s, s:s, s:s, s:I}", "address", lease->client.text,
				  "user", lease->user, "service", lease->service,
				  "last_login", (json_int_t)lease->last_login.tv_sec));
	if (event->detail)
		(void)json_object_set_new(object, "detail", json_string(event->detail));
	return object;
}

void output_event(const void *context, const struct event *event)
{
	const struct tool *tool = context;
	char text[EVENT_TEXT];

	(void)event_text(event, text);
	if (tool->json)
		output_json(event_object(event, text));
	else
		(void)printf("%s\n", text);
	if (tool->log)
		log_event(event, text);
}
