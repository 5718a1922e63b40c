/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/pam/login.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

#define STEPS 64
#define THREADS 32

struct share {
	struct daemon daemon;
	unsigned first, rounds;
	char **texts;
	long worst[STEPS];
};

static void *do_share(void *argument)
{
	struct share *share = argument;

	for (unsigned i = 0; i < share->rounds; i++) {
		share->daemon.round = share->first + i;
		for (int at = 0; share->texts[at] && at < STEPS; at++) {
			const long value = run_step(&share->daemon, share->texts[at]);
			if (value > share->worst[at])
				share->worst[at] = value;
		}
	}
	return NULL;
}

static unsigned shared;

long race(struct daemon *daemon, const char *argument)
{
	static atomic_uint arrived;
	static _Thread_local unsigned times;

	(void)daemon;
	(void)argument;
	/* Step by step with the other: a sanitizer may have forgotten what one did that
	 * is far ahead. Relaxed, for any other order would be a lock. */
	(void)atomic_fetch_add_explicit(&arrived, 1, memory_order_relaxed);
	times++;
	while (atomic_load_explicit(&arrived, memory_order_relaxed) < 2 * times)
		(void)sched_yield();
	shared++;
	return 0;
}

static int in_threads(struct share *shares, unsigned count, size_t stack)
{
	pthread_t threads[THREADS];
	pthread_attr_t attributes;
	int error = pthread_attr_init(&attributes);

	if (error == 0 && stack > 0)
		error = pthread_attr_setstacksize(&attributes, stack);
	for (unsigned i = 0; error == 0 && i < count; i++)
		error = pthread_create(&threads[i], &attributes, do_share, &shares[i]);
	for (unsigned i = 0; error == 0 && i < count; i++)
		error = pthread_join(threads[i], NULL);
	return error;
}

int repeat(const struct daemon *daemon, unsigned rounds, char **texts)
{
	static struct share shares[THREADS];
	const unsigned count = daemon->threads < THREADS ? daemon->threads : THREADS;
	int error = 0;

	for (unsigned i = 0; i < THREADS; i++)
		shares[i] = (struct share){ .daemon = *daemon,
					    .first = i * rounds,
					    .rounds = rounds,
					    .texts = texts };
	if (count == 0)
		(void)do_share(&shares[0]);
	else
		error = in_threads(shares, count, daemon->stack);
	for (int at = 0; texts[at] && at < STEPS; at++) {
		long worst = 0;
		for (unsigned i = 0; i < THREADS; i++)
			if (shares[i].worst[at] > worst)
				worst = shares[i].worst[at];
		(void)printf("%s %ld\n", texts[at], worst);
	}
	return error;
}
