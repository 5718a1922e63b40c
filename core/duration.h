/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * duration - a span of time as people write it: 90s, 15min, 12h, 1d, 2min30s
 *
 * A bare number is refused: nobody knows whether it is seconds or minutes; 0 is not.
 */
#pragma once

#include <stddef.h>

#define DURATION_TEXT 32

/* In milliseconds. -EINVAL; -ERANGE above some 100 years */
int duration_parse(const char *text, long *ret_ms);

/* "14min 3s", the two largest units; what has passed is "0s". */
void duration_print(long seconds, char text[static DURATION_TEXT]);
