/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deadline - how long to wait for somebody else
 *
 * A deadline is a point of CLOCK_MONOTONIC: setting the wall clock neither shortens
 * nor prolongs a wait. Waiting is a look, a short nap and another look. No signal and
 * no alarm is used: the process may be another program's (a mail daemon's).
 */
#pragma once

#include <stdbool.h>
#include <time.h>

/* The point `milliseconds` from now; 0 = has passed already: look once, never nap. */
struct timespec deadline_in(long milliseconds);

bool deadline_passed(struct timespec deadline);

/*
 * Nap once: half a millisecond first, up to 8 ms as `*round` (start it at 0) grows,
 * and never past the deadline. Returns false, without a nap, when it has passed.
 */
bool deadline_nap(struct timespec deadline, unsigned *round);
