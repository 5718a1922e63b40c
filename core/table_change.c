/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/table_change.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The key of the marker as it stands in the table: also one that makemap folded. */
static int find_marker(const struct table *table, const struct client_address *client,
		       char marker[static RECORD_KEY], char key[static RECORD_KEY],
		       struct why *why)
{
	struct map_entry entry;
	struct client_address whose;

	record_marker_key(client, marker);
	for (int folded = 0; folded < 2; folded++) {
		const int found = table->backend->get(table->map, marker, &entry, why);
		if (found < 0)
			return found;
		if (found > 0 && record_is_marker(&entry, &whose, key))
			return 1;
		for (char *at = marker; *at; at++)
			*at = (char)tolower((unsigned char)*at);
	}
	return 0;
}

int table_close_client(const struct table *table, const struct record_form *form,
		       const struct client_address *client, struct why *why)
{
	const struct map_backend *backend = table->backend;
	char marker[RECORD_KEY], key[RECORD_KEY];
	struct map_entry entry;

	int found = find_marker(table, client, marker, key, why);
	if (found <= 0)
		return found;
	if (key[0] == '\0')
		record_key(form, client, key);
	found = backend->get(table->map, key, &entry, why);
	if (found > 0 && map_bytes_equal(entry.value, form->value))
		found = backend->remove(table->map, key, why);
	if (found < 0)
		return found;
	found = backend->remove(table->map, marker, why);
	return found < 0 ? found : 1;
}

static int put_record(const struct table *table, const struct record_form *form,
		      const struct client_address *client, struct why *why)
{
	char key[RECORD_KEY], marker[RECORD_KEY], marker_value[RECORD_KEY];

	record_key(form, client, key);
	record_marker_key(client, marker);
	record_marker_value(key, marker_value);
	int error = table->backend->put(table->map, marker, marker_value, why);
	if (error == 0)
		error = table->backend->put(table->map, key, form->value, why);
	return error < 0 ? error : 1;
}

int table_open_client(const struct table *table, const struct record_form *form,
		      const struct client_address *client, struct verdict *ret,
		      struct why *why)
{
	const int error = verdict_of(table, form, client, ret, why);

	if (error < 0)
		return error;
	if (ret->word == VERDICT_FREE)
		return ret->ours ? 0 : put_record(table, form, client, why);
	/* Also a marker alone: he replaced our record by one of his. */
	return table_close_client(table, form, client, why);
}
