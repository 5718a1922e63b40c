/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disagreement - where the records of ours and the leases do not say the same
 *
 * Only looks. What the administrator decides about is no disagreement: the next run that
 * looks at the whole table takes its lease away.
 */
#pragma once

#include "core/client_address.h"
#include "core/verdict.h"

#include <stdbool.h>
#include <stddef.h>

struct leases;
struct why;

struct disagreement {
	size_t count;
	struct client_address first;
};

struct disagreements {
	struct disagreement record_alone; /* it relays without a lease */
	struct disagreement
		marker_alone; /* a marker whose record is gone, or is not ours */
	struct disagreement lease_alone; /* its record is missing */
};

/* `active`: the leases that were so before the table was opened. */
struct batch;
int disagreements_find(const struct leases *leases, const struct batch *active,
		       const struct table *table, struct disagreements *ret,
		       struct why *why);
bool disagreements_any(const struct disagreements *found);
