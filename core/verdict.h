/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verdict - what the table says of a client address, and whose word it is
 *
 * Walks the keys as the mail server does, most specific first, the tagged key before
 * the bare one, and stops at the first static record. Our own record is looked
 * through. A `connect:` record with any value but RELAY is a refusal, whatever the
 * value does elsewhere; so is a static record on the very key that ours would need.
 */
#pragma once

#include "core/access_record.h"

#include <stdbool.h>

struct why;

/* An open table. */
struct table {
	const struct map_backend *backend;
	struct map *map;
};

enum verdict_word {
	VERDICT_FREE,	 /* nobody decided: a lease may open it */
	VERDICT_GRANTED, /* the administrator lets it relay already */
	VERDICT_REFUSED, /* the administrator keeps it shut */
};

struct verdict {
	enum verdict_word word;
	bool ours;	      /* a record of ours is there: our value and its marker */
	char key[RECORD_KEY]; /* of the static record that decided, or "" */
};

int verdict_of(const struct table *table, const struct record_form *form,
	       const struct client_address *client, struct verdict *ret, struct why *why);
