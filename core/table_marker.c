/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/table_marker.h"

#include "base/ascii.h"

#include <string.h>

static void fold(char *key)
{
	for (; *key; key++)
		*key = ascii_lower(*key);
}

int table_marker(const struct table *table, const struct client_address *client,
		 struct record_marker *ret, struct why *why)
{
	char stored[RECORD_KEY];
	struct map_entry entry;

	record_marker_key(client, stored);
	for (int folded = 0; folded < 2; folded++) {
		const int found = table->backend->get(table->map, stored, &entry, why);
		if (found < 0)
			return found;
		if (found > 0 && record_is_marker(&entry, ret))
			return 1;
		fold(stored);
	}
	return 0;
}

int table_marker_remove(const struct table *table, const struct client_address *client,
			struct why *why)
{
	char stored[RECORD_KEY];
	int removed = 0;

	record_marker_key(client, stored);
	for (int folded = 0; folded < 2 && removed >= 0; folded++) {
		const int once = table->backend->remove(table->map, stored, why);
		removed = once < 0 ? once : removed | once;
		fold(stored);
	}
	return removed;
}

bool table_marker_owns(const struct record_marker *marker, const struct record_form *form,
		       const char *key, struct map_bytes value)
{
	char own_key[RECORD_KEY];

	record_key(form, &marker->client, own_key);
	return strcmp(key, marker->key[0] ? marker->key : own_key) == 0 &&
	       map_bytes_equal(value, marker->value[0] ? marker->value : form->value);
}
