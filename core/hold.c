/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/hold.h"

#include "base/why.h"
#include "core/batch.h"
#include "core/job.h"
#include "core/screen.h"
#include "core/settings.h"

/* The login that renews a granted lease is one more reason to be open, but the time that
 * was granted stays the administrator's word. */
static bool end_was_granted(const struct settings *settings, const struct lease *lease)
{
	const time_t by_login = lease->last_login.tv_sec + settings->lifetime_ms / 1000;

	return lease->until != 0 && lease->until >= by_login;
}

time_t hold_end(const struct settings *settings, const struct lease *lease)
{
	return lease->last_login.tv_sec + settings->max_lifetime_ms / 1000;
}

bool hold_is_over(const struct job *job, const struct lease *lease)
{
	return job->settings->hold_open && lease->last_login.tv_sec != 0 &&
	       !end_was_granted(job->settings, lease) &&
	       hold_end(job->settings, lease) <= job->now.tv_sec;
}

/* If it is connected: what was revoked is dated 0, far beyond any max_lifetime. */
static bool may_be_held(const struct job *job, const struct batch_entry *entry)
{
	const struct settings *settings = job->settings;
	const struct lease *lease = &entry->lease;

	return entry->from == LEASE_ACTIVE && !entry->blocked &&
	       lease_end(lease, settings->lifetime_ms) <= job->now.tv_sec &&
	       hold_end(settings, lease) > job->now.tv_sec &&
	       !end_was_granted(settings, lease) &&
	       screen_client(settings, &lease->client) == NULL;
}

/* The leases that somebody's connection may hold. */
struct search {
	const struct job *job;
	struct batch *batch;
	long held;
};

static void find_lease(void *to, const struct sockaddr *peer)
{
	struct search *search = to;
	struct client_address client;

	if (client_address_of_socket(peer, &client) < 0)
		return;
	client_address_mask_ipv6(&client, (unsigned)search->job->settings->ipv6_prefix);
	struct batch_entry *entry = batch_find(search->batch, &client, LEASE_ACTIVE);
	if (!entry || entry->held || !may_be_held(search->job, entry))
		return;
	entry->held = true;
	search->held++;
}

long hold_mark(const struct job *job, struct batch *batch, struct why *why)
{
	const struct connection_source *source = job->connections;
	struct search search = { .job = job, .batch = batch };
	bool any = false;

	if (!job->settings->hold_open || !source)
		return 0;
	for (size_t i = 0; i < batch->count && !any; i++)
		any = may_be_held(job, &batch->entry[i]);
	if (!any)
		return 0;

	batch_sort(batch);
	const struct connection_sink sink = { find_lease, &search };
	const int error = source->each(source->context, job->settings->ports, &sink, why);
	for (size_t i = 0; i < batch->count && error < 0; i++)
		batch->entry[i].held = false;
	return error < 0 ? error : search.held;
}
