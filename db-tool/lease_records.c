/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/lease_records.h"

#include "base/why.h"
#include "core/access_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct lease_record *)a)->key,
		      ((const struct lease_record *)b)->key);
}

static int add(struct lease_records *records, const struct record_form *form,
	       const struct record_marker *marker)
{
	char key[RECORD_KEY];

	if (records->count == records->room) {
		const size_t room = records->room * 2 + 64;
		struct lease_record *more =
			reallocarray(records->record, room, sizeof(*more));
		if (!more)
			return -ENOMEM;
		records->record = more;
		records->room = room;
	}
	record_key(form, &marker->client, key);
	struct lease_record *record = &records->record[records->count];
	record->client = marker->client;
	record->key = strdup(marker->key[0] ? marker->key : key);
	record->value = strdup(marker->value[0] ? marker->value : form->value);
	records->count++;
	return record->key && record->value ? 0 : -ENOMEM;
}

int lease_records_find(const struct table *table, const struct record_form *form,
		       struct lease_records *ret, struct why *why)
{
	struct record_marker marker;
	struct map_entry entry;
	int found;

	while ((found = table->backend->next(table->map, &entry, why)) > 0)
		if (record_is_marker(&entry, &marker) && add(ret, form, &marker) < 0)
			return why_say(why, -ENOMEM, "out of memory");
	if (found == 0 && ret->count > 0)
		qsort(ret->record, ret->count, sizeof(*ret->record), compare);
	return found;
}

/* The first of them: a dump that went through makemap may have two markers of one. */
const struct lease_record *lease_records_get(const struct lease_records *records,
					     const char *key)
{
	size_t from = 0, to = records->count;

	while (from < to) {
		const size_t middle = from + (to - from) / 2;
		if (strcmp(records->record[middle].key, key) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from < records->count && strcmp(records->record[from].key, key) == 0
		       ? &records->record[from]
		       : NULL;
}

bool lease_records_have(const struct lease_records *records, const char *key,
			struct map_bytes value)
{
	const struct lease_record *first = lease_records_get(records, key);

	if (!first)
		return false;
	for (size_t i = (size_t)(first - records->record);
	     i < records->count && strcmp(records->record[i].key, key) == 0; i++)
		if (map_bytes_equal(value, records->record[i].value))
			return true;
	return false;
}

void lease_records_free(struct lease_records *records)
{
	for (size_t i = 0; i < records->count; i++) {
		free(records->record[i].key);
		free(records->record[i].value);
	}
	free(records->record);
	*records = (struct lease_records){ 0 };
}
