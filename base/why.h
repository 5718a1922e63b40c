/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * why - the reason of a failure, in words
 *
 * Functions return a negative errno; a `struct why *` beside it, which may be NULL,
 * takes the sentence that a person reads: what failed, where, and the cure when there
 * is one. A path that is too long for it loses its middle. It is a plain value: nothing
 * to free, and a later failure overwrites an earlier one.
 */
#pragma once

#define WHY_MAX 512

struct why {
	int error; /* the negative errno it was set with, 0 = nothing failed */
	char text[WHY_MAX];
};

/*
 * Keep the formatted text and the meaning of `error` in `why`, which may be NULL.
 * Returns `error`, so that failing is one line:
 *
 *	return why_set(why, -errno, "cannot open '%s'", path);
 */
int why_set(struct why *why, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for a mistake that needs no errno text: `format` says it all. */
int why_say(struct why *why, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
