/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seal - proof that nobody has touched the map since our last commit
 *
 * RUN_DIR/seal holds what the map was then (map.h, identity), how many leases it
 * shows and of which state folder (another one in its place may have as many), and how
 * our records are written (a changed setting breaks the seal too).
 * Equal = the map says what the leases say: a known client's login needs no look into
 * the table. It is gone after a boot, so the first run looks.
 */
#pragma once

#include "map/map.h"

#include <stdbool.h>

struct settings;

struct seal {
	struct map_identity map;
	long leases;
	ino_t state; /* of the state folder (lease_dir.h) */
};

/* Whether the map at the settings' path is the sealed one; then `ret`, unless NULL,
 * is the seal. */
bool seal_holds(const struct settings *settings, struct seal *ret);

/* The same question about a map that is open: its path may name another by now. */
bool seal_matches(const struct settings *settings, const struct map_identity *map,
		  struct seal *ret);

/* 0: there is one, of whatever map; -ENOENT: none; else nobody can tell. */
int seal_look(const struct settings *settings);

int seal_write(const struct settings *settings, const struct seal *seal, struct why *why);

/* When it was written; 0: there is none. */
time_t seal_time(const struct settings *settings);

void seal_break(const struct settings *settings);
