/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check - compare what a case of a table gave with what it should give
 *
 * A failure prints the case's label and both values, and ends the test.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define check_int(label, got, want)                                                      \
	check_int_at(label, #got, (long long)(got), (long long)(want), __FILE__, __LINE__)
#define check_text(label, got, want)                                                     \
	check_text_at(label, #got, got, want, __FILE__, __LINE__)
#define check_true(label, got) check_int(label, (got) ? 1 : 0, 1)
#define check_false(label, got) check_int(label, (got) ? 1 : 0, 0)
/* `text` contains `part`: for sentences whose every word is not a promise. */
#define check_contains(label, text, part)                                                \
	check_contains_at(label, text, part, __FILE__, __LINE__)

void check_int_at(const char *label, const char *what, long long got, long long want,
		  const char *file, int line);
/* NULL is a value, too. */
void check_text_at(const char *label, const char *what, const char *got, const char *want,
		   const char *file, int line);
void check_contains_at(const char *label, const char *text, const char *part,
		       const char *file, int line);
