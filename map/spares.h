/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spares - retired files of a table, kept to become its next state
 *
 * A copy of a large table costs what the table is large, the sync of its new blocks
 * above all. A file that was the table two commits ago has its blocks; it lacks what
 * these two commits changed. So a commit keeps the file that it retires, and takes the
 * one that the commit before it retired, if all of this is so:
 *
 *	known	  the note (spare_note.h) tells what the table is, what the spare is and
 *		  what it lacks; neither was touched since. A note is cleared before a
 *		  spare is, and a commit that dies leaves none.
 *	unread	  nobody has it open (file_openers.h): a reader would see it change.
 *	durable	  the exchange that retired it: else a power cut could bring back the path
 *		  as it was, to a file half written. Two spares in turn, since the sync of
 *		  the commit between carries that exchange where all go through one
 *		  journal (XFS, ext4 that has one); elsewhere the folder is synced first.
 *
 * Any doubt, and any error: no spare, the table is copied.
 *
 * A kept file has a group of its own: a makemap that has opened it, and waits for its
 * lock, finds that and gives up, as it does on a file that lost its name; or it would
 * truncate the new table without a lock (sendmail: filechanged in safefile.c, makemap.c).
 * For the same reason not for Postfix, which looks at the link count alone.
 */
#pragma once

#include "map/change_list.h"
#include "map/spare_note.h"

#include <stdbool.h>

struct shadow_file;

struct spares {
	int note_fd; /* -1: none are kept */
	struct spare_note note;
	struct change_list made; /* by this commit; whoever changes the copy keeps it */
};

/* The files that are noted for the table as it is now. run_dir NULL: none. */
void spares_begin(struct spares *spares, const char *run_dir,
		  const struct map_identity *table);

/* A descriptor of the file that now has the copy's name, with owner and mode of the base;
 * it lacks spares_lacks(). -1: there is none. */
int spares_take(const struct spares *spares, const struct shadow_file *shadow);
const struct change_list *spares_lacks(const struct spares *spares);

/* Remove the files that no note speaks of, before a copy needs their room. */
void spares_sweep(struct spares *spares, const struct shadow_file *shadow);

/* Remove all of them: there is no room for them and a copy. */
void spares_forget(struct spares *spares, const struct shadow_file *shadow);

/* Nothing is committed: the table is what it was, and the newer spare with it. */
void spares_give_back(struct spares *spares, const struct map_identity *table);

/* The exchange is done. Mark the retired base as no table any more; false: unlink it. */
bool spares_mark(const struct spares *spares, const struct shadow_file *shadow);

/* Give the marked base the name of a spare, in the stead of the copy's. */
bool spares_keep(struct spares *spares, const struct shadow_file *shadow);

/* The table is this now, and what was kept can be taken. */
void spares_note(const struct spares *spares, const struct map_identity *table);

void spares_end(struct spares *spares);
