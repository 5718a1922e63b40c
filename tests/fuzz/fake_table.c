/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_table.h"

#include <errno.h>
#include <string.h>

static struct map_bytes text_bytes(const char *text)
{
	return (struct map_bytes){ text, strlen(text) };
}

static struct map_bytes stored(const struct fake_bytes *from)
{
	return (struct map_bytes){ from->bytes, from->size };
}

static void store(struct fake_bytes *into, struct map_bytes from)
{
	into->size = from.size < FAKE_BYTES ? from.size : FAKE_BYTES;
	memcpy(into->bytes, from.data, into->size);
}

static struct fake_record *find(struct map *map, struct map_bytes key)
{
	for (size_t i = 0; i < map->count; i++) {
		struct fake_record *record = &map->record[i];
		if (record->key.size == key.size &&
		    memcmp(record->key.bytes, key.data, key.size) == 0)
			return record;
	}
	return NULL;
}

void fake_table_add(struct map *map, struct map_bytes key, struct map_bytes value)
{
	/* As find() will be asked for it. */
	if (key.size > FAKE_BYTES || find(map, key) || map->count == FAKE_RECORDS)
		return;
	store(&map->record[map->count].key, key);
	store(&map->record[map->count].value, value);
	map->count++;
}

const struct fake_record *fake_table_find(const struct map *map, const char *key)
{
	for (size_t i = 0; i < map->count; i++)
		if (map_bytes_equal(stored(&map->record[i].key), key))
			return &map->record[i];
	return NULL;
}

static int fake_get(struct map *map, const char *key, struct map_entry *ret,
		    struct why *why)
{
	const struct fake_record *record = fake_table_find(map, key);

	(void)why;
	if (!record)
		return 0;
	*ret = (struct map_entry){ stored(&record->key), stored(&record->value) };
	return 1;
}

static int fake_put(struct map *map, const char *key, const char *value, struct why *why)
{
	struct fake_record *record = find(map, text_bytes(key));

	(void)why;
	if (record) {
		store(&record->value, text_bytes(value));
		return 0;
	}
	if (map->count == FAKE_RECORDS)
		return -ENOSPC;
	fake_table_add(map, text_bytes(key), text_bytes(value));
	return 0;
}

static int fake_remove(struct map *map, const char *key, struct why *why)
{
	const struct fake_record *found = fake_table_find(map, key);

	(void)why;
	if (!found)
		return 0;
	const size_t index = (size_t)(found - map->record);
	map->count--;
	map->record[index] = map->record[map->count];
	return 1;
}

const struct map_backend fake_backend = { .abi = MAP_ABI,
					  .type = "fake",
					  .get = fake_get,
					  .put = fake_put,
					  .remove = fake_remove };
