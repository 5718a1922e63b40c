/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table_file - open the table that list, insert and delete work on
 */
#pragma once

#include "core/verdict.h"
#include "map/map_backend.h"

struct tool;
struct commit_edit;
struct why;

struct table_file {
	struct loaded_backend loaded;
	struct map_place place;
	struct table table;
};

/* For reading. The tool's settings must outlive it. */
int table_file_open(const struct tool *tool, struct table_file *ret, struct why *why);
/* The same for another table of that type, at `path`, which must outlive it. */
int table_file_open_other(const struct tool *tool, const char *path,
			  struct table_file *ret, struct why *why);
void table_file_close(struct table_file *file);
#define cleanup_table_file __attribute__((cleanup(table_file_close)))

/*
 * Apply `edit` by a safe commit. In the mail server's own map (that of the settings)
 * the leases are looked at again too: the administrator may have decided about one.
 */
int table_file_edit(const struct tool *tool, const struct commit_edit *edit,
		    struct why *why);

/* Whether this is the key of a marker of ours. */
bool key_is_marker(const char *key);

/* The keys of a command line: behind the command's name, and behind a "--" there. */
char **keys_of(char **argv);
