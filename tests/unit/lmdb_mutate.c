/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LMDB files with some bytes changed at random, always the same ones. What the checker
 * calls sound libmdb walks through, and changes, in a child: a crash there is the
 * checker's fault.
 */
#include "check.h"
#include "lmdb_image.h"

#include <stdio.h>
#include <stdlib.h>

#define MUTATIONS 400
#define PAGE 4096U

/* The next number of a generator that is the same everywhere. */
static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525U + 1013904223U;
	return *seed >> 8;
}

/* One to four bytes, mostly where there is structure: heads, slots, nodes' heads. */
static void mutate(struct lmdb_image *image, uint32_t *seed)
{
	const size_t pages = image->size / PAGE;

	for (uint32_t i = 0, count = 1 + next_random(seed) % 4; i < count; i++) {
		const size_t page = next_random(seed) % pages;
		const size_t within = next_random(seed) % 4 == 0
					      ? next_random(seed) % PAGE
					      : next_random(seed) % 160;
		image->bytes[page * PAGE + within] = (unsigned char)next_random(seed);
	}
}

static void no_byte_makes_it_crash(void **state)
{
	uint32_t seed = 20261124;
	struct lmdb_image whole;
	int sound = 0, refused = 0;

	lmdb_image_load(&whole, *state);
	for (int i = 0; i < MUTATIONS; i++) {
		struct lmdb_image image;
		const char *fault = NULL;
		char label[32];

		(void)snprintf(label, sizeof(label), "mutation %d", i);
		lmdb_image_copy(&whole, &image);
		mutate(&image, &seed);
		lmdb_image_write(&image);
		if (lmdb_image_check(&image, &fault) == 0) {
			sound++;
			check_int(label, lmdb_image_use(&image), 0);
		} else {
			refused++;
			assert_non_null(fault);
		}
		free(image.bytes);
	}
	free(whole.bytes);
	print_message("%d sound, %d refused\n", sound, refused);
	/* The test would show nothing if all were of one kind. */
	check_true("both", sound > MUTATIONS / 20 && refused > MUTATIONS / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(no_byte_makes_it_crash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
