/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line_words - the words `name=value` that the lines of our state files are made of
 *
 * A value is escaped text (escape.h): printable ASCII without blank and '='.
 */
#pragma once

#include <stddef.h>
#include <time.h>

/* The value behind `name` ("user="), which must stand at `*at`; that then moves behind
 * it. -EINVAL: another name, no value, a letter that is not allowed, no room. */
int line_word(const char **at, const char *name, char *value, size_t room);

/* A number of seconds since the epoch, 0 or more. */
int line_time(const char **at, const char *name, time_t *ret);
