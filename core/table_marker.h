/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table_marker - find the marker of a client in a table, and ask it about a record
 */
#pragma once

#include "core/verdict.h"

struct why;

/* 1 there is one, folded (by makemap) or not: what it says. 0 there is none. */
int table_marker(const struct table *table, const struct client_address *client,
		 struct record_marker *ret, struct why *why);

/* Remove it, folded or not: one that was left would speak for the administrator's
 * record. 1 there was one, 0 there was none. */
int table_marker_remove(const struct table *table, const struct client_address *client,
			struct why *why);

/* Whether the record with this key and value is the one that the marker stands for.
 * What the marker does not tell is as `form` would write it. */
bool table_marker_owns(const struct record_marker *marker, const struct record_form *form,
		       const char *key, struct map_bytes value);
