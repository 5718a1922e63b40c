/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/reconcile.h"

#include "base/why.h"
#include "core/job.h"
#include "core/lease_file.h"
#include "core/settings.h"
#include "core/table_change.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void reconciled_free(struct reconciled *reconciled)
{
	batch_free(&reconciled->settled);
	batch_free(&reconciled->ended);
}

/* Whether the name of a lease is one that today's ipv6_prefix gives. */
static bool is_fitting(const struct job *job, const struct client_address *client)
{
	struct client_address masked = *client;

	client_address_mask_ipv6(&masked, (unsigned)job->settings->ipv6_prefix);
	return client_address_equal(&masked, client);
}

/* Whether a lease stands behind this marker, and its record is written as today's
 * settings say. */
static bool is_wanted(const struct job *job, const struct record_marker *marker)
{
	const struct record_form form = settings_record_form(job->settings);
	const struct client_address *client = &marker->client;
	char key[RECORD_KEY];

	record_key(&form, client, key);
	if ((marker->key[0] != '\0' && strcmp(marker->key, key) != 0) ||
	    (marker->value[0] != '\0' && strcmp(marker->value, form.value) != 0) ||
	    !is_fitting(job, client))
		return false;
	return lease_present(job->leases, LEASE_ACTIVE, client) ||
	       lease_present(job->leases, LEASE_PENDING, client) ||
	       lease_present(job->leases, LEASE_DEFERRED, client);
}

/* First all, then one by one: a table is not changed while it is walked. */
static int find_orphans(const struct job *job, const struct table *table,
			struct batch *ret, struct why *why)
{
	struct map_entry entry;
	struct record_marker marker;
	struct lease lease = { 0 };
	int found;

	while ((found = table->backend->next(table->map, &entry, why)) > 0) {
		if (!record_is_marker(&entry, &marker) || is_wanted(job, &marker))
			continue;
		lease.client = marker.client;
		const int error = batch_add(ret, &lease, LEASE_ACTIVE);
		if (error < 0)
			return why_set(why, error, "cannot remember an orphan");
	}
	return found;
}

static int remove_orphans(const struct job *job, const struct table *table,
			  struct reconciled *ret, struct why *why)
{
	const struct record_form form = settings_record_form(job->settings);
	cleanup_batch struct batch orphans = { 0 };

	int error = find_orphans(job, table, &orphans, why);
	for (size_t i = 0; i < orphans.count && error >= 0; i++) {
		error = table_close_client(table, &form, &orphans.entry[i].lease.client,
					   why);
		ret->orphans += error > 0;
	}
	return error < 0 ? error : 0;
}

/* A lease that the commit has to take out of active/. */
static int set_aside(const struct job *job, const struct client_address *client,
		     struct batch *ret, struct why *why)
{
	struct lease lease;

	/* One that cannot be read is still a lease. */
	if (lease_read(job->leases, LEASE_ACTIVE, client, &lease, NULL) < 0)
		lease_make(&lease, client, "-", "-", job->now);
	return batch_add(ret, &lease, LEASE_ACTIVE) < 0
		       ? why_set(why, -ENOMEM, "cannot remember a lease")
		       : 0;
}

static int show_lease(const struct job *job, const struct table *table,
		      const struct client_address *client, struct reconciled *ret,
		      struct why *why)
{
	const struct record_form form = settings_record_form(job->settings);
	struct verdict verdict;

	if (!is_fitting(job, client))
		return set_aside(job, client, &ret->ended, why);
	const int changed = table_open_client(table, &form, client, &verdict, why);
	if (changed < 0)
		return changed;
	if (verdict.word == VERDICT_FREE) {
		ret->shown++;
		ret->put_back += changed;
		return 0;
	}
	if (set_aside(job, client, &ret->settled, why) < 0)
		return -ENOMEM;
	struct batch_entry *entry = &ret->settled.entry[ret->settled.count - 1];
	entry->word = verdict.word;
	memcpy(entry->key, verdict.key, sizeof(entry->key));
	return 0;
}

int reconcile(const struct job *job, const struct table *table, struct reconciled *ret,
	      struct why *why)
{
	cleanup_lease_scan struct lease_scan scan = { 0 };
	struct lease_name name;

	int error = remove_orphans(job, table, ret, why);
	if (error == 0)
		error = lease_scan_open(job->leases, LEASE_ACTIVE, &scan, why);
	while (error >= 0 && (error = lease_scan_next(&scan, &name, why)) > 0)
		if (error == LEASE_SCAN_CLIENT)
			error = show_lease(job, table, &name.client, ret, why);
	return error < 0 ? error : 0;
}
