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
}

/* Whether a lease stands behind this marker, and it is written as it should be. */
static bool is_wanted(const struct job *job, const struct client_address *client,
		      const char *key)
{
	const struct record_form form = settings_record_form(job->settings);
	char right_key[RECORD_KEY];

	record_key(&form, client, right_key);
	if (key[0] != '\0' && strcmp(key, right_key) != 0)
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
	struct lease lease = { 0 };
	char key[RECORD_KEY];
	int found;

	while ((found = table->backend->next(table->map, &entry, why)) > 0) {
		if (!record_is_marker(&entry, &lease.client, key) ||
		    is_wanted(job, &lease.client, key))
			continue;
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

/* A lease of active/ that nobody here can read is still a lease. */
static void fill_lease(const struct job *job, const struct client_address *client,
		       struct lease *ret)
{
	if (lease_read(job->leases, LEASE_ACTIVE, client, ret, NULL) < 0)
		lease_make(ret, client, "-", "-", job->now);
}

static int show_lease(const struct job *job, const struct table *table,
		      const struct client_address *client, struct reconciled *ret,
		      struct why *why)
{
	const struct record_form form = settings_record_form(job->settings);
	struct verdict verdict;
	struct lease lease;

	const int changed = table_open_client(table, &form, client, &verdict, why);
	if (changed < 0)
		return changed;
	if (verdict.word == VERDICT_FREE) {
		ret->shown++;
		ret->put_back += changed;
		return 0;
	}
	fill_lease(job, client, &lease);
	if (batch_add(&ret->settled, &lease, LEASE_ACTIVE) < 0)
		return why_set(why, -ENOMEM, "cannot remember a lease");
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
