/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call_name - what a system call is called
 *
 * "other" for one that has no row: a test that sees it adds the row.
 */
#pragma once

#include <stdbool.h>

const char *call_name(long number);

/* Its third argument is how much it reads or writes. */
bool call_has_length(long number);
