/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * colour - for a person at a terminal, and for nobody else
 *
 * The words say the same without it. Not where stdout is no terminal, where TERM is dumb
 * or unknown, or where NO_COLOR has a value (no-color.org).
 */
#pragma once

enum colour { COLOUR_HEAD, COLOUR_GOOD, COLOUR_LOOK, COLOUR_BAD };

/* To print before and behind a text: "" without colours. */
const char *colour_begin(enum colour colour);
const char *colour_end(void);
