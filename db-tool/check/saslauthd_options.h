/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * saslauthd_options - does saslauthd(8) cache what it was asked, by its options?
 */
#pragma once

#include <stdbool.h>

/* Words as a shell would split them; quotes around them all. Changes the text. */
bool saslauthd_caches(char *options);

/* Words that end in a NUL each, and an empty one behind the last: /proc/PID/cmdline. */
bool saslauthd_caches_of_arguments(const char *arguments);
