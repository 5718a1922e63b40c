/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_table - a map backend of some records in memory
 *
 * Keys and values are any bytes, as in a table that somebody else wrote; a key is there
 * once.
 */
#pragma once

#include "map/map.h"

#define FAKE_RECORDS 64
#define FAKE_BYTES 300

struct fake_bytes {
	char bytes[FAKE_BYTES];
	size_t size;
};

struct map {
	struct fake_record {
		struct fake_bytes key, value;
	} record[FAKE_RECORDS];
	size_t count;
};

extern const struct map_backend fake_backend;

/* Adds one, unless the key is there or the table full. */
void fake_table_add(struct map *map, struct map_bytes key, struct map_bytes value);
const struct fake_record *fake_table_find(const struct map *map, const char *key);
