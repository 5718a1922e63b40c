/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table_difference - what makes a table say what another one says
 *
 * Of static records alone. Those of leases, and markers, are left out on both sides: in
 * the table they stay (who commits deals with them), and in the other one, which then was
 * made of a dump, they count for nothing.
 */
#pragma once

#include "core/verdict.h"

struct why;

struct record_change {
	const char *key;
	const char *was;   /* NULL: it is new */
	const char *value; /* NULL: it goes */
	/* On the key stands this lease's record, which ends: or NULL. */
	const struct client_address *lease;
};

struct change_sink {
	int (*make)(const void *context, const struct record_change *change,
		    struct why *why);
	const void *context;
};

struct difference {
	long records; /* static ones of the other table */
	long added, changed, removed;
};

struct two_tables {
	const struct table *table; /* NULL: there is none, all of the other is new */
	const struct table *wanted;
	const struct record_form *form;
};

/* `sink` gets each change, one by one, and may make it in the table at once. */
int table_difference(const struct two_tables *tables, const struct change_sink *sink,
		     struct difference *ret, struct why *why);
