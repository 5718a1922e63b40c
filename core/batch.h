/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * batch - the leases that one commit deals with
 *
 * Listed under the commit lock, once; what arrives later belongs to the next commit.
 */
#pragma once

#include "core/access_record.h"
#include "core/lease.h"
#include "core/lease_dir.h"
#include "core/verdict.h"

#include <stdbool.h>

struct job;
struct why;

/* A commit takes no more of the queue, and removes no more of what is no lease there;
 * the rest waits for the next one. */
#define BATCH_MAX 10000
#define BATCH_MAX_GUEST 1000 /* in a login: who logs in has to wait for all of them */
#define BATCH_JUNK_MAX 100

struct batch_entry {
	struct lease lease;
	enum lease_folder from;
	enum verdict_word word; /* of the open table */
	bool full;		/* max_leases is reached: it may not be opened */
	bool closed;		/* of ending/: its record was removed */
	bool held;		/* by a connection (hold.h): it does not end */
	bool blocked;		/* (blocks.h): it is not opened, and is not held */
	char key[RECORD_KEY];	/* of the static record that decided */
};

struct batch {
	struct batch_entry *entry;
	size_t count, room;
	size_t lapsed, junk; /* removed from the queue instead */
};

/*
 * Add what is in `folder`. Of the queue (pending/ and deferred/) it takes the living
 * only: what is no lease, or another user's that may not be opened, is removed and told
 * of in one line; what is too old leaves it for ending/, is looked at once more there,
 * and is removed and told of; a last login in the future is set to now; what the disk
 * does not give back is moved to deferred/ and left out, as is everybody while nobody can
 * say who is blocked; of a client in both folders it takes pending/ alone. What cannot be
 * read in ending/ is taken by its name and date.
 */
int batch_collect(struct batch *batch, const struct job *job, enum lease_folder folder,
		  struct why *why);

int batch_add(struct batch *batch, const struct lease *lease, enum lease_folder from);

/* By address (IPv4 first), then by folder. */
void batch_sort(struct batch *batch);
/* In a batch that is sorted; NULL */
struct batch_entry *batch_find(const struct batch *batch,
			       const struct client_address *client,
			       enum lease_folder from);
void batch_free(struct batch *batch);
#define cleanup_batch __attribute__((cleanup(batch_free)))
