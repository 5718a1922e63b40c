/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text_compiler - have the mail server's own program make a table of a text
 *
 * makemap or postmap writes into STATE_DIR/rebuild/, which root alone may enter: nobody
 * opens what is half made, and nobody has put a link there. One rebuild at a time: the
 * folder is locked until text_compiler_close(), which empties it. What a killed rebuild
 * has left there goes with the next one.
 *
 * A line that the program does not like (a key that comes twice, no value) is a failure,
 * also where postmap would leave it out and go on. What else it warns of is told on
 * stderr.
 */
#pragma once

#include "map/map_backend.h"

#include <limits.h>

struct tool;
struct why;

enum compiler { COMPILER_BY_MTA, COMPILER_MAKEMAP, COMPILER_POSTMAP };

struct text_order {
	const char *text; /* path */
	enum compiler compiler;
	const char *program; /* NULL: "makemap", "postmap" */
};

struct compiled_text {
	int folder_fd;
	char table[PATH_MAX]; /* the path of what was made, of the tool's type of table */
};

#define COMPILED_TEXT_NONE                                                               \
	{                                                                                \
		.folder_fd = -1                                                          \
	}

/* -EINVAL: the text has a mistake, or there is no compiler for this type of table. */
int text_compiler_run(const struct tool *tool, const struct text_order *order,
		      struct compiled_text *ret, struct why *why);

void text_compiler_close(struct compiled_text *compiled);
#define cleanup_compiled_text __attribute__((cleanup(text_compiler_close)))
