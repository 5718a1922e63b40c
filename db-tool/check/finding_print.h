/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * finding_print - findings as paragraphs for people, or as JSON
 *
 * A line has 80 columns at most, unless one word is longer. A command that goes on is
 * broken as a shell goes on, outside of its quotes: it can be pasted. All of it is
 * escaped (core/escape.h).
 */
#pragma once

#include <stdbool.h>

struct finding;

void finding_print_json(const struct finding *finding);
void finding_print_text(const struct finding *finding);

/* `text` behind `label`; what does not fit on the line goes below, indented. */
void print_wrapped(const char *label, const char *text, bool command);
