/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * commit_work - the three parts of a commit that are about leases
 *
 *	list	what waits, under the commit lock
 *	apply	say it to the table that is being changed
 *	finish	the map shows it: move the leases, tell what happened
 *
 * Every step of finish is idempotent: the next commit finishes it after a crash.
 */
#pragma once

#include "core/batch.h"
#include "core/blocks.h"
#include "core/reconcile.h"

#include <stdbool.h>

struct commit_work {
	bool with_ending; /* end what is in ending/ too */
	bool whole;	  /* the table is the sealed one: only the batch is the change */
	bool changed;	  /* the table was */
	long shown;	  /* leases that it shows; before apply: the seal's number */
	struct batch queue, ending;
	struct blocks blocks;
	struct reconciled healed;
	long inserted, removed, full;
};

int commit_work_list(struct commit_work *work, const struct job *job, struct why *why);
int commit_work_apply(struct commit_work *work, const struct job *job,
		      const struct table *table, struct why *why);
int commit_work_finish(struct commit_work *work, const struct job *job, struct why *why);
void commit_work_free(struct commit_work *work);
#define cleanup_commit_work __attribute__((cleanup(commit_work_free)))
