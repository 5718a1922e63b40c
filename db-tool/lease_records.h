/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lease_records - which records of a table are leases', by its markers
 *
 * A marker names its record, not the other way round: the table is walked once.
 */
#pragma once

#include "core/verdict.h"

#include <stddef.h>

struct why;

struct lease_record {
	struct client_address client;
	char *key, *value; /* what the marker stands for */
};

struct lease_records {
	struct lease_record *record; /* sorted by key */
	size_t count, room;
};

int lease_records_find(const struct table *table, const struct record_form *form,
		       struct lease_records *ret, struct why *why);

/* The record with this key, if a marker names it; NULL */
const struct lease_record *lease_records_get(const struct lease_records *records,
					     const char *key);

/* Whether a marker names this key and this value: it is a lease's. */
bool lease_records_have(const struct lease_records *records, const char *key,
			struct map_bytes value);

void lease_records_free(struct lease_records *records);
#define cleanup_lease_records __attribute__((cleanup(lease_records_free)))
