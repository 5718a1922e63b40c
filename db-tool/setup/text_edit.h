/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text_edit - change lines of a configuration file so that it can be undone to the byte
 *
 * What cannot be told from the administrator's own by itself is marked:
 *
 *	# sapdb setup, was: OLD LINE		the next line stands for this one
 *	# sapdb setup, not there before:	the next line is ours
 *	# sapdb setup made this file		the whole file is
 *
 * A text is memory of malloc that ends in a NUL. Errors: -ENOMEM.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define MADE_THIS_FILE "# sapdb setup made this file\n"

/* A part of a text. */
struct span {
	size_t at, size;
};

/* Bytes of the line at `line`, with its newline; 0 at the end. */
size_t text_line(const char *line);

int text_insert(char **text, size_t at, const char *what);
void text_cut(char *text, struct span span);

/* A whole line, which ends in a newline: at the end, or at the beginning of a text whose
 * last line has no newline. */
int text_add_line(char **text, const char *line);

/* The same behind a mark. */
int text_add_marked(char **text, const char *line);

/* `new_line`, with its newline, takes the place of the line there, which is kept in a
 * mark. */
int text_replace_marked(char **text, struct span line, const char *new_line);

/* Undo what the two above did to lines about `name`. */
void text_unmark(char *text, const char *name);

/* Whether setup made this file. */
bool text_is_our_file(const char *text);

/* How a file says NAME = VALUE. Folded: lines that begin with a blank go on with it
 * (main.cf). */
enum text_form { TEXT_EQUALS, TEXT_COLON, TEXT_FOLDED };

/* The last such line that is no comment. The value is without the blanks around it; its
 * quotes stay. */
bool text_assignment(const char *text, const char *name, enum text_form form,
		     struct span *ret_line, struct span *ret_value);

/* Whether `word` is among the value's words, which blanks, commas and quotes part. */
bool text_has_word(const char *text, struct span value, const char *word,
		   struct span *ret);
