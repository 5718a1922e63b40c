/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scratch - a folder for one test, under $TMPDIR or /tmp, removed with all in it
 *
 * Whatever fails in here ends the test.
 */
#pragma once

#include <stddef.h>
#include <sys/stat.h>

#define SCRATCH_PATH 256

struct scratch {
	char path[SCRATCH_PATH - 64];
};

void scratch_make(struct scratch *scratch);
void scratch_remove(struct scratch *scratch);

/* The two for cmocka: `*state` is the struct scratch. */
int scratch_setup(void **state);
int scratch_teardown(void **state);
#define IN_SCRATCH(test)                                                                 \
	cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

/* Returns `path`: of `name` in the folder. */
const char *scratch_path(const struct scratch *scratch, const char *name,
			 char path[static SCRATCH_PATH]);

void scratch_write(const char *path, const void *bytes, size_t size);
/* The whole file as text; a file that is not there is "(none)". */
const char *scratch_read(const char *path, char *text, size_t room);

/* Of a file that must be there. */
struct stat scratch_stat(const char *path);
void scratch_date(const char *path, long seconds);
