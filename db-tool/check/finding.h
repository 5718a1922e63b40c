/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * finding - what a probe of sapdb check has to say
 *
 * A fault is what may be wrong at all: a constant of the probe that looks for it, with an
 * id that scripts may rely on. A finding is one met on this host. Every id stands in
 * sapdb-check(8), which a test asks for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define FINDING_TEXT 640
#define FINDING_WHERE 320

enum severity {
	SEVERITY_ERROR,	  /* the relay does not open, does not close, or for too many */
	SEVERITY_WARNING, /* it will bite some day */
	SEVERITY_NOTE,	  /* worth knowing; counts for nothing */
};

struct fault {
	const char *id;
	enum severity severity;
	const char *why; /* it matters: a sentence */
};

struct finding {
	const struct fault *fault;
	char where[FINDING_WHERE]; /* a file, a unit, an address */
	char what[FINDING_TEXT];   /* a sentence */
	char mend[FINDING_TEXT];   /* a line for the shell */
};

struct findings {
	struct finding *finding;
	size_t count, room;
};

/* A new one, until the next is added; ends the program when there is no memory. */
struct finding *finding_add(struct findings *findings, const struct fault *fault,
			    const char *where);
/* Whether this one was met there already. */
bool finding_is_there(const struct findings *findings, const struct fault *fault,
		      const char *where);
/* `what` may be any bytes: it is escaped when it is printed. */
void finding_what(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void finding_mend(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The worst first; else as they were added. */
void findings_sort(struct findings *findings);
size_t findings_count(const struct findings *findings, enum severity severity);
void findings_free(struct findings *findings);
#define cleanup_findings __attribute__((cleanup(findings_free)))

const char *severity_name(enum severity severity);
