/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_state - what `systemctl show` says of units
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The value, cut to `room`; "" where there is none; with blanks between where systemctl
 * tells several, a line each. Returns `value`. */
const char *unit_property(const char *states, const char *unit, const char *name,
			  char *value, size_t room);
/* Whether it is just that. */
bool unit_is(const char *states, const char *unit, const char *name, const char *value);
/* A time of CLOCK_MONOTONIC in microseconds; 0: never. */
long long unit_time(const char *states, const char *unit, const char *name);
