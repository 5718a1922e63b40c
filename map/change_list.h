/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * change_list - what was put into a table and removed from it, to be done once more
 *
 * Keys and values as they are stored, one behind the other in a block of bytes that can
 * be written to a file and read back on the same machine.
 *
 * A list that would grow beyond CHANGE_LIST_MAX, or for which there is no memory, is
 * `cut`: it says nothing any more, and stays so. Whoever is out for speed only can do
 * without it.
 */
#pragma once

#include "map/map.h"

#include <stdbool.h>
#include <stddef.h>

/* Some thousand records: beyond that a copy of the table is no worse. */
#define CHANGE_LIST_MAX 262144

struct change_list {
	char *bytes;
	size_t size, room;
	bool cut;
	bool endless; /* CHANGE_LIST_MAX is no bound: it is needed whole */
};

struct change {
	struct map_bytes key;
	struct map_bytes value; /* .data NULL: the key was removed */
};

void change_list_put(struct change_list *list, struct map_bytes key,
		     struct map_bytes value);
void change_list_remove(struct change_list *list, struct map_bytes key);

/* All of `tail` behind what is there. */
void change_list_append(struct change_list *list, const struct change_list *tail);

/* 1 the change at `*at`, which then is the next one's place; 0 the end; -EBADMSG */
int change_list_next(const struct change_list *list, size_t *at, struct change *ret);

void change_list_free(struct change_list *list);
