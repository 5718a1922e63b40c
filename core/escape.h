/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * escape - text from outside, made fit for one line of a log, a file or a terminal
 *
 * Printable ASCII stays; a backslash becomes \\, everything else \xHH. A text that
 * does not fit ends in "...": an attacker's 64 KiB cost one line.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Write at most `room` bytes with the NUL. `also` names printable characters that
 * are to be escaped too ("" for none), so that a line can be split at them later.
 * Returns `out`; a NULL `text` is "".
 */
const char *escape_bytes(const void *bytes, size_t size, const char *also, char *out,
			 size_t room);
const char *escape_text(const char *text, const char *also, char *out, size_t room);
