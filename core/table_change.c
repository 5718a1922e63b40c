/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/table_change.h"

#include "core/table_marker.h"

#include <stdio.h>

int table_close_client(const struct table *table, const struct record_form *form,
		       const struct client_address *client, struct why *why)
{
	const struct map_backend *backend = table->backend;
	char key[RECORD_KEY];
	struct record_marker marker;
	struct map_entry entry;

	int found = table_marker(table, client, &marker, why);
	if (found <= 0)
		return found;
	record_key(form, client, key);
	if (marker.key[0] != '\0')
		(void)snprintf(key, sizeof(key), "%s", marker.key);
	found = backend->get(table->map, key, &entry, why);
	if (found > 0 && table_marker_owns(&marker, form, key, entry.value))
		found = backend->remove(table->map, key, why);
	if (found < 0)
		return found;
	return table_marker_remove(table, client, why);
}

static int put_record(const struct table *table, const struct record_form *form,
		      const struct client_address *client, struct why *why)
{
	char key[RECORD_KEY], marker[RECORD_KEY], marker_value[RECORD_KEY];

	record_key(form, client, key);
	record_marker_key(client, marker);
	record_marker_value(key, form->value, marker_value);
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
