/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * own_table - a table inside STATE_DIR/map/ is our own: we make it when it is missing
 *
 * The mail server must find it before its first look: Postfix answers 451 to everybody
 * while an lmdb: file is missing. A table anywhere else is the administrator's, and its
 * absence an error.
 */
#pragma once

#include <stdbool.h>

struct map_backend;
struct map_place;
struct settings;
struct why;

/* Whether the settings' map is one. */
bool own_table(const struct settings *settings);

/* To be called under the commit lock. 0 also when it is there by now. */
int own_table_create(const struct settings *settings, const struct map_backend *backend,
		     const struct map_place *place, struct why *why);
