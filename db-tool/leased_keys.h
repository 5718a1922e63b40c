/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leased_keys - which of the keys that somebody wants to change are leases' records
 *
 * A marker names its record, not the other way round: to find the marker of a key the
 * table is walked. It is walked once for all keys of a command, however many.
 */
#pragma once

#include "core/verdict.h"

#include <stddef.h>

struct why;

struct leased_keys {
	struct leased_key *key; /* sorted */
	size_t count;
};

/* Of the text at keys[0], keys[step], ... up to a NULL, which must outlive `ret`. */
int leased_keys_find(const struct table *table, char **keys, size_t step,
		     struct leased_keys *ret, struct why *why);

/* Whose record stands on this key; NULL: it is no lease's. */
const struct client_address *leased_keys_client(const struct leased_keys *keys,
						const char *key);

void leased_keys_free(struct leased_keys *keys);
#define cleanup_leased_keys __attribute__((cleanup(leased_keys_free)))
