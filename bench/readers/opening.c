/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * opening - open a table as a new sendmail process does, again and again
 *
 *	opening [-w] TABLE KEY SECONDS
 *
 * A model of the reader, for an event too rare to be seen often with sendmail itself,
 * which forks for each connection; sendmail_table.h has the steps. Each opening is in a
 * process of its own, since sendmail's child opens the table as the first thing that it
 * does with libdb: that takes its time in page faults. -w: all in one process, warm; that
 * is the look-up of a session which finds the table changed.
 *
 * Prints: openings, refused ones, failures of another kind, the seconds that it took,
 * and of the time from the first stat to the last question, in nanoseconds, the mean
 * and the median.
 */
#include "sendmail_table.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 4000 /* of a microsecond each; the last one has all that took longer */
#define NS 1000000000L

/* Shared with the children. */
struct tally {
	unsigned long openings;
	unsigned long refused;
	unsigned long broken;
	long total_ns;
	unsigned long took_us[SLOTS];
};

static long now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS + now.tv_nsec;
}

static void one_connection(const char *path, char *key, struct tally *tally)
{
	DB *db = NULL;
	const long begin = now_ns();
	enum answer answer = sendmail_table_open(path, &db, NULL);
	const long took = now_ns() - begin;

	if (answer == FOUND)
		answer = sendmail_table_look_up(db, key);
	sendmail_table_close(db);
	tally->openings++;
	tally->refused += answer == REFUSED;
	tally->broken += answer == BROKEN || answer == MISSING;
	tally->total_ns += took;
	tally->took_us[took / 1000 < SLOTS ? took / 1000 : SLOTS - 1]++;
}

static bool in_a_child(const char *path, char *key, struct tally *tally)
{
	int status;
	const pid_t child = fork();

	if (child == 0) {
		one_connection(path, key, tally);
		_exit(EX_OK);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static unsigned long median_us(const struct tally *tally)
{
	unsigned long seen = 0, i = 0;

	while (i < SLOTS - 1 && (seen += tally->took_us[i]) * 2 < tally->openings)
		i++;
	return i;
}

static int fail(int status, const char *text)
{
	(void)fprintf(stderr, "opening: %s\n", text);
	return status;
}

int main(int argc, char **argv)
{
	const bool warm = argc > 1 && strcmp(argv[1], "-w") == 0;
	char **words = argv + (warm ? 2 : 1);

	if (argc != (warm ? 5 : 4))
		return fail(EX_USAGE, "usage: opening [-w] TABLE KEY SECONDS");
	struct tally *tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED)
		return fail(EX_OSERR, "no memory");

	const long begin = now_ns();
	const long end = begin + (long)(strtod(words[2], NULL) * NS);
	while (now_ns() < end) {
		if (warm)
			one_connection(words[0], words[1], tally);
		else if (!in_a_child(words[0], words[1], tally))
			return fail(EX_OSERR, "a child has failed");
	}
	(void)printf("%lu %lu %lu %.6f %ld %lu\n", tally->openings, tally->refused,
		     tally->broken, (double)(now_ns() - begin) / NS,
		     tally->total_ns / (long)tally->openings, median_us(tally) * 1000);
	return EX_OK;
}
