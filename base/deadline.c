/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/deadline.h"

#define NS_PER_S 1000000000L
#define NS_PER_MS 1000000L
#define FIRST_NAP_NS (NS_PER_MS / 2)
#define LAST_ROUND 4

static struct timespec monotonic_now(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now;
}

struct timespec deadline_in(long milliseconds)
{
	struct timespec deadline = monotonic_now();

	deadline.tv_sec += milliseconds / 1000;
	deadline.tv_nsec += milliseconds % 1000 * NS_PER_MS;
	if (deadline.tv_nsec >= NS_PER_S) {
		deadline.tv_sec++;
		deadline.tv_nsec -= NS_PER_S;
	}
	return deadline;
}

/* Nanoseconds that are left, at most one second's worth: a nap is never longer. */
static long left_ns(struct timespec deadline)
{
	const struct timespec now = monotonic_now();
	const time_t seconds = deadline.tv_sec - now.tv_sec;

	if (seconds > 1)
		return NS_PER_S;
	if (seconds < -1)
		return 0;
	const long left = seconds * NS_PER_S + deadline.tv_nsec - now.tv_nsec;
	return left > 0 ? left : 0;
}

bool deadline_passed(struct timespec deadline)
{
	return left_ns(deadline) == 0;
}

bool deadline_nap(struct timespec deadline, unsigned *round)
{
	const long left = left_ns(deadline);
	const long wish = FIRST_NAP_NS << *round;
	const struct timespec nap = { .tv_nsec = wish < left ? wish : left };

	if (left == 0)
		return false;
	if (*round < LAST_ROUND)
		(*round)++;
	/* A signal of the host process ends the nap early: the next look comes sooner. */
	(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
	return true;
}
