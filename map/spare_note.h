/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spare_note - which files beside a table may be made its next state, and how
 *
 * RUN_DIR/spares, of this boot only (after a power cut nothing that it says need be so):
 * the state of the table that it speaks of (and what a walk through all of it has shown
 * the backend, for which it walks only once), and of each spare file (spares.h) its state
 * and what it lacks of the table. It is cleared before a spare is touched and written
 * when the table has its new state, by the holder of the commit lock; a note that was cut
 * off by a crash counts as none.
 */
#pragma once

#include "map/change_list.h"
#include "map/map.h"
#include "map/shadow_name.h"

struct spare {
	unsigned slot; /* 1 ... SPARES: its name (shadow_name.h); 0: there is none */
	struct map_identity is;
	struct change_list lacks; /* in the order in which it was done */
};

struct spare_note {
	struct map_identity table;
	bool one_form;		    /* all keys of the table end in a NUL, or none does */
	struct spare spare[SPARES]; /* the one that was retired last comes first */
};

/* Opens the note's file, for both calls below, and locks it: settings that share RUN_DIR
 * need not share the commit lock. -EBUSY */
int spare_note_open(const char *run_dir);
void spare_note_close(int fd); /* -1 is fine */

/* 1 read, and no note any more; 0 there was none. `ret` is to be freed in any case. */
int spare_note_take(int fd, struct spare_note *ret);
int spare_note_write(int fd, const struct spare_note *note);

void spare_note_free(struct spare_note *note);
