/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call_name - what a system call is called
 *
 * "other" for one that has no row: a test that sees it adds the row. An fcntl that no
 * descriptor refuses, as its second argument says, is "fcntl_fd".
 */
#pragma once

#include <stdbool.h>

const char *call_name(long number, unsigned long second);

/* An argument says how much it reads, writes or copies: the third, of copy_file_range the
 * fifth. */
bool call_has_length(long number);
