/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/disagreement.h"

#include "base/why.h"
#include "core/batch.h"
#include "core/lease_file.h"
#include "core/settings.h"
#include "db-tool/leases.h"

#include <errno.h>

static void count(struct disagreement *disagreement, const struct client_address *client)
{
	if (disagreement->count++ == 0)
		disagreement->first = *client;
}

static bool has_lease(const struct leases *leases, const struct client_address *client)
{
	return lease_present(&leases->dir, LEASE_ACTIVE, client) ||
	       lease_present(&leases->dir, LEASE_PENDING, client) ||
	       lease_present(&leases->dir, LEASE_DEFERRED, client) ||
	       lease_present(&leases->dir, LEASE_ENDING, client);
}

/* First all, then one by one: a look-up ends the walk. */
static int find_markers(const struct table *table, struct batch *ret, struct why *why)
{
	struct record_marker marker;
	struct map_entry entry;
	struct lease lease = { 0 };
	int found;

	while ((found = table->backend->next(table->map, &entry, why)) > 0) {
		if (entry.key.size >= RECORD_KEY || !record_is_marker(&entry, &marker))
			continue;
		lease.client = marker.client;
		if (batch_add(ret, &lease, LEASE_ACTIVE) < 0)
			return why_say(why, -ENOMEM, "out of memory");
	}
	return found;
}

static int look_at_markers(const struct leases *leases, const struct table *table,
			   const struct record_form *form, struct disagreements *ret,
			   struct why *why)
{
	cleanup_batch struct batch markers = { 0 };
	struct verdict verdict;

	int error = find_markers(table, &markers, why);
	for (size_t i = 0; i < markers.count && error == 0; i++) {
		const struct client_address *client = &markers.entry[i].lease.client;

		if (has_lease(leases, client))
			continue;
		error = verdict_of(table, form, client, &verdict, why);
		if (error == 0)
			count(verdict.ours ? &ret->record_alone : &ret->marker_alone,
			      client);
	}
	return error;
}

int disagreements_find(const struct leases *leases, const struct batch *active,
		       const struct table *table, struct disagreements *ret,
		       struct why *why)
{
	const struct record_form form = settings_record_form(leases->job.settings);
	struct verdict verdict;

	int error = look_at_markers(leases, table, &form, ret, why);
	for (size_t i = 0; i < active->count && error == 0; i++) {
		const struct client_address *client = &active->entry[i].lease.client;

		error = verdict_of(table, &form, client, &verdict, why);
		if (error == 0 && verdict.word == VERDICT_FREE && !verdict.ours &&
		    lease_present(&leases->dir, LEASE_ACTIVE, client))
			count(&ret->lease_alone, client);
	}
	return error;
}

bool disagreements_any(const struct disagreements *found)
{
	return found->record_alone.count > 0 || found->marker_alone.count > 0 ||
	       found->lease_alone.count > 0;
}
