/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crowd - many processes log in at once, each client for the first time
 *
 *	crowd CONFDIR PROCESSES LOGINS SERVICE=ADDRESS
 *
 * Each process makes LOGINS logins, one after the other, the first when all have been
 * started. Its addresses follow each other; process 0 has the first. Prints a line for
 * each login, "login" and nanoseconds, and at the end "wall" and the nanoseconds from
 * the opening of the gate to the last login, and "died" and how many processes did not
 * come to their end: a peer may spoil its table, and then crash on it or never return.
 */
#include "transaction.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE 60 /* seconds */

struct crowd {
	const char *confdir;
	unsigned processes, logins, died;
	struct way way;
	int64_t *took; /* shared: processes x logins */
};

static void log_in(struct crowd *crowd, unsigned process, int gate)
{
	char byte;

	crowd->way.done = process * crowd->logins;
	if (read(gate, &byte, 1) != 0)
		errx(1, "the gate");
	for (unsigned i = 0; i < crowd->logins; i++)
		crowd->took[process * crowd->logins + i] =
			way_login(&crowd->way, crowd->confdir);
}

/* In a process of its own. */
static void start(struct crowd *crowd, unsigned process, const int gate[static 2])
{
	const pid_t child = fork();

	if (child < 0)
		err(1, "fork");
	if (child > 0)
		return;
	(void)close(gate[1]);
	(void)alarm(PATIENCE);
	log_in(crowd, process, gate[0]);
	exit(0);
}

static int64_t rush(struct crowd *crowd)
{
	int gate[2], status;

	if (pipe(gate) < 0)
		err(1, "pipe");
	for (unsigned i = 0; i < crowd->processes; i++)
		start(crowd, i, gate);
	(void)close(gate[0]);
	const int64_t opened = now_ns();
	(void)close(gate[1]);
	for (unsigned i = 0; i < crowd->processes; i++) {
		if (wait(&status) < 0)
			err(1, "wait");
		crowd->died += status != 0;
	}
	return now_ns() - opened;
}

int main(int argc, char **argv)
{
	struct crowd crowd = { 0 };

	if (argc != 5)
		errx(2, "usage: crowd CONFDIR PROCESSES LOGINS SERVICE=ADDRESS");
	crowd.confdir = argv[1];
	crowd.processes = (unsigned)atoi(argv[2]);
	crowd.logins = (unsigned)atoi(argv[3]);
	way_parse(argv[4], &crowd.way);
	crowd.way.step = 1;
	const size_t count = (size_t)crowd.processes * crowd.logins;
	crowd.took = mmap(NULL, count * sizeof(*crowd.took), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (crowd.took == MAP_FAILED)
		err(1, "no memory");
	const int64_t wall = rush(&crowd);
	for (size_t i = 0; i < count; i++)
		if (crowd.took[i] > 0)
			(void)printf("login %" PRId64 "\n", crowd.took[i]);
	(void)printf("wall %" PRId64 "\n", wall);
	(void)printf("died %u\n", crowd.died);
	return 0;
}
