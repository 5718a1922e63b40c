/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reconcile - make all records of ours equal the leases
 *
 * Needed when somebody else has touched the table: makemap rebuilt it from the text, a
 * backup was restored, the state directory was lost. Works on a table that is being
 * changed, and changes nothing in the leases: it says what has to be done there.
 */
#pragma once

#include "core/batch.h"

struct reconciled {
	long shown;	      /* leases of active/ that the table shows now */
	long put_back;	      /* records that were missing */
	long orphans;	      /* records of ours without a lease, removed */
	struct batch settled; /* leases of active/ that the administrator decided about */
	struct batch ended;   /* and those of another ipv6_prefix: they end */
};

int reconcile(const struct job *job, const struct table *table, struct reconciled *ret,
	      struct why *why);
void reconciled_free(struct reconciled *reconciled);
#define cleanup_reconciled __attribute__((cleanup(reconciled_free)))
