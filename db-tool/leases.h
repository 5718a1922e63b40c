/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leases - the tool's way to the leases: state folder, clock, log
 */
#pragma once

#include "core/batch.h"
#include "core/event.h"
#include "core/job.h"
#include "core/lease.h"

/* How long the tool, and the service, wait for a rebuild or another commit. */
#define LEASES_PATIENCE_MS 20000

struct tool;
struct why;

struct leases {
	struct lease_dir dir;
	struct event_sink sink;
	struct job job; /* points into this struct: it must not be copied */
};

#define LEASES_NONE                                                                      \
	{                                                                                \
		.dir = {.fd = -1 }                                                       \
	}

/* Opens the state folder, and makes it where it is missing. */
int leases_open(const struct tool *tool, struct leases *ret, struct why *why);
/* The same without making anything: for a look. */
int leases_look(const struct tool *tool, struct leases *ret, struct why *why);
/* Add the leases of a folder to `batch`. Only looks: unlike a commit's batch_collect(),
 * it neither removes nor dates anything. */
int leases_collect(const struct leases *leases, enum lease_folder folder,
		   struct batch *batch, struct why *why);

/* Set `held` of the entries whose client is still connected (hold_mark); when nobody can
 * say, that goes to stderr. Sorts the batch. */
void leases_mark_held(const struct leases *leases, struct batch *batch);

void leases_close(struct leases *leases);
#define cleanup_leases __attribute__((cleanup(leases_close)))
