/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * commit - one crash-safe change of the map, for all that wait
 *
 * To be called under the commit lock. Finishes what a dead holder of the lock left,
 * lists the batch, changes the map, writes the seal and moves the batch. If the map
 * that is opened is not the sealed one, the change is all that makes our records equal
 * the leases (reconcile.h), since a whole seal over a table that was not made whole
 * would hide the loss for ever.
 *
 * A table of our own that is missing is made, empty, and filled (own_table.h).
 *
 * In a login (job.h, guest) nothing of this happens to a table that is not the sealed
 * one, and none is made: COMMIT_FOREIGN, and the database library has not seen it. It is
 * for sapdb.
 *
 * On an error nothing is lost: the batch stays where it is. See map.h for the errors.
 */
#pragma once

#include "core/verdict.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/types.h>

struct commit_lock;
struct job;
struct settings;
struct why;

/* A change of the administrator's own that goes along (sapdb insert, delete). It
 * returns 1 when it changed the table. */
struct commit_edit {
	int (*apply)(void *context, const struct table *table, struct why *why);
	void *context;
	/* It makes the table anew, of a text: dated now, and made where there is none. */
	bool remakes;
};

/* What is to be committed: pending/ and deferred/ always. */
struct commit_order {
	const struct commit_lock *lock; /* is held */
	bool with_ending;		/* and the end of what is in ending/ */
	const struct commit_edit *edit; /* or NULL */
};

/* An errno that no filesystem has: -EUCLEAN, say, is a damaged one's. */
#define COMMIT_FOREIGN (-EREMCHG)

struct commit_result {
	long inserted;
	long removed;
	long full;	    /* dropped, since max_leases is reached */
	bool exchanged;	    /* the map was changed */
	bool known_failure; /* it failed, as it did before: said already */
};

/* `ret` may be NULL. */
int commit(const struct job *job, const struct commit_order *order,
	   struct commit_result *ret, struct why *why);

/* The mode of a table that is made where there is none, and that is not our own. */
mode_t commit_new_mode(const struct settings *settings);

/* What failed is this process's own: no descriptor, no memory. Another may succeed. */
bool commit_was_short(int error);

/* Whether a commit that does not find anything to do would be one too many: no queue,
 * no note of a dead holder, nothing under the copy's name. */
bool commit_is_idle(const struct job *job, const struct commit_lock *lock);
