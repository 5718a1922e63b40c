/* SPDX-License-Identifier: BSD-2-Clause */
/* The leases themselves: their dates, and how many there are. */
#include "db-tool/check/probe.h"

#include "core/batch.h"
#include "core/event.h"
#include "db-tool/leases.h"

#include <stdio.h>

#define FUTURE_S 60 /* of two clocks, or of a clock that was put right */

static const struct fault future = {
	"lease-from-future", SEVERITY_ERROR,
	"A lease ends by its last login: it relays until long after its time."
};
static const struct fault full = {
	"leases-full", SEVERITY_ERROR,
	"At max_leases nobody new is opened. Is somebody guessing addresses, or is it "
	"too low?"
};

static bool is_from_future(const struct check *check, const struct lease *lease)
{
	return lease->last_login.tv_sec > check->now.tv_sec + FUTURE_S;
}

static void look_at_dates(struct check *check, const struct batch *batch)
{
	const struct lease *first = NULL;
	char text[EVENT_TIME];
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++)
		if (is_from_future(check, &batch->entry[i].lease)) {
			first = first ? first : &batch->entry[i].lease;
			count++;
		}
	if (!first)
		return;
	struct finding *found =
		finding_add(&check->findings, &future, first->client.text);
	if (count > 1)
		finding_what(found,
			     "The last login of %s is of %s, and %zu more are from the "
			     "future.",
			     first->client.text,
			     event_time(first->last_login.tv_sec, text), count - 1);
	else
		finding_what(found, "The last login of %s is of %s.", first->client.text,
			     event_time(first->last_login.tv_sec, text));
	finding_mend(found, "sapdb revoke %s", first->client.text);
}

static void look_at_number(struct check *check, const struct batch *batch)
{
	const long most = check->settings->max_leases;

	if (batch->count < (size_t)most)
		return;
	struct finding *found =
		finding_add(&check->findings, &full, check->settings->state_dir);
	finding_what(found, "There are %zu leases; max_leases is %ld.", batch->count,
		     most);
	finding_mend(found, "sapdb status | less");
}

bool probe_leases(struct check *check)
{
	cleanup_leases struct leases leases = LEASES_NONE;
	cleanup_batch struct batch batch = { 0 };

	if (leases_look(check->tool, &leases, NULL) < 0 ||
	    leases_collect(&leases, LEASE_ACTIVE, &batch, NULL) < 0)
		return not_here(check, "no leases that can be read");
	batch_sort(&batch);
	look_at_dates(check, &batch);
	look_at_number(check, &batch);
	return looked_at(check, "%zu lease%s", batch.count, batch.count == 1 ? "" : "s");
}
