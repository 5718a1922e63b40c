/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * time_option - the spans of time that options take, with their bounds
 */
#pragma once

struct time_bounds {
	long least_ms, most_ms;
	const char *range; /* completes "must be ..." */
};

extern const struct time_bounds time_of_grant;
extern const struct time_bounds time_of_block;

/* -EINVAL: no time, or out of bounds */
int time_option(const char *text, const struct time_bounds *bounds, long *ret_ms);
