/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * measures - how many leases, commits and failures there are, and how old they are
 *
 * Named by the conventions of Prometheus. sapdb-metrics(8) tells what each means.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct leases;
struct why;

struct measure {
	const char *name;
	const char *help;
	const char *label, *label_value; /* or NULL */
	double value;
};

#define MEASURES_MAX 40

struct measures {
	struct measure list[MEASURES_MAX]; /* those of one name are neighbours */
	size_t count;
};

int measures_take(const struct leases *leases, struct measures *ret, struct why *why);

/* In the text format of Prometheus, version 0.0.4. */
void measures_print(const struct measures *measures, FILE *to);

/* One member for each name: a number, or an object of one for each label. The caller's.
 */
json_t *measures_json(const struct measures *measures);
