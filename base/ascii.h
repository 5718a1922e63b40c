/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ascii - letters and digits as the mail servers see them, in every locale
 *
 * The functions of ctype.h and strcasecmp() ask the locale that the host process has
 * set. Under a Turkish one "DISCARD" and "discard" differ, and a record that refuses
 * would be read as one that does not.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

bool ascii_is_digit(char byte);
bool ascii_is_lower(char byte);
bool ascii_is_print(char byte); /* a letter, digit or sign, or a blank */

char ascii_lower(char byte);

/* Upper and lower case are the same. */
bool ascii_equal(const char *a, const char *b);
/* `text` has as many bytes as `word` at least, and begins with them. */
bool ascii_begins(const char *text, const char *word);
