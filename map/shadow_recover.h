/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shadow_recover - finish what a writer that died left in the map's folder
 *
 * To be called under the commit lock, before anything else is done to the map. Works
 * from the note alone (exchange_note.h): P is the inode at the map's path, T the one
 * under the copy's name.
 *
 *	no T					clear the note
 *	T, no note				unlink T: a note precedes every exchange
 *	T = out, or T = in and in is ours	bump and unlink T
 *	T = in, foreign, P = out		note (in T, out P), exchange, look again
 *	T other, P = in				T is a newer file: the same
 *	else					P is newer than both: bump and unlink T
 */
#pragma once

struct map_place;
struct why;

int shadow_recover(const struct map_place *place, struct why *why);
