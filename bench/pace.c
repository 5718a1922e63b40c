/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pace - logins at a steady rate, and the processor time that they take
 *
 *	pace CONFDIR RATE SECONDS NEW_EVERY SERVICE=ADDRESS...
 *
 * The ways take turns, a second each, SECONDS seconds each: RATE logins, each at its
 * time. One in NEW_EVERY is by a new client, the others by the client at ADDRESS. Prints
 * for each second the service and the nanoseconds of processor time, user and system,
 * and at the end "late" and the logins that began more than a millisecond too late.
 */
#include "transaction.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define SECOND 1000000000
#define LATE 1000000
#define WAYS 4

struct pace {
	const char *confdir;
	unsigned rate, new_every;
	unsigned long late;
};

static int64_t cpu_ns(void)
{
	struct rusage used;

	if (getrusage(RUSAGE_SELF, &used) < 0)
		err(1, "getrusage");
	return ((int64_t)used.ru_utime.tv_sec + used.ru_stime.tv_sec) * SECOND +
	       ((int64_t)used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000;
}

static void sleep_until(struct pace *pace, int64_t at)
{
	const struct timespec until = { .tv_sec = at / SECOND, .tv_nsec = at % SECOND };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		continue;
	pace->late += now_ns() - at > LATE;
}

/* Client 0 is known; new ones are counted on from 1. */
static void one_login(const struct pace *pace, struct way *way, unsigned number)
{
	char address[ADDRESS_ROOM];
	const bool is_new = number % pace->new_every == pace->new_every - 1;

	way_address(way, is_new ? ++way->done : 0, address);
	(void)transaction(pace->confdir, way->service, address);
}

static int64_t one_second(struct pace *pace, struct way *way)
{
	const int64_t start = now_ns(), before = cpu_ns();

	for (unsigned i = 0; i < pace->rate; i++) {
		sleep_until(pace, start + (int64_t)i * SECOND / pace->rate);
		one_login(pace, way, i);
	}
	return cpu_ns() - before;
}

int main(int argc, char **argv)
{
	struct pace pace = { 0 };
	struct way way[WAYS];

	if (argc < 6 || argc > 5 + WAYS)
		errx(2, "usage: pace CONFDIR RATE SECONDS NEW_EVERY SERVICE=ADDRESS...");
	pace.confdir = argv[1];
	pace.rate = (unsigned)atoi(argv[2]);
	pace.new_every = (unsigned)atoi(argv[4]);
	for (int i = 5; i < argc; i++) {
		way_parse(argv[i], &way[i - 5]);
		way[i - 5].step = 1;
	}
	for (int second = 0; second < atoi(argv[3]); second++)
		for (int i = 0; i < argc - 5; i++)
			(void)printf("%s %" PRId64 "\n", way[i].service,
				     one_second(&pace, &way[i]));
	(void)printf("late %lu\n", pace.late);
	return 0;
}
