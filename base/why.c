/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/why.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOTS 3	/* in the place of what is cut */
#define KEPT 40 /* of a word, at least */

struct word {
	char *begin;
	size_t length;
};

static struct word longest_word(char *text)
{
	struct word longest = { text, 0 };

	for (char *at = text; *at;) {
		const size_t length = strcspn(at, " ");
		if (length > longest.length)
			longest = (struct word){ at, length };
		at += length;
		at += strspn(at, " ");
	}
	return longest;
}

/* The longest words, which are paths, lose their middle until the text fits: the words
 * around them say what failed and what to do. */
static void fit(char *text, size_t room)
{
	for (size_t length = strlen(text); length >= room; length = strlen(text)) {
		const struct word word = longest_word(text);
		const size_t excess = length - (room - 1) + DOTS;
		if (word.length <= KEPT + DOTS) {
			text[room - 1] = '\0';
			return;
		}
		const size_t most = word.length - KEPT;
		const size_t gone = excess < most ? excess : most;
		char *hole = word.begin + (word.length - gone) / 2;
		memmove(hole + DOTS, hole + gone, strlen(hole + gone) + 1);
		memset(hole, '.', DOTS);
	}
}

/* Leaves room for what comes behind it. Memory is asked for only when the text is too
 * long: there may be none, and that may be the reason. */
__attribute__((format(printf, 3, 0))) static void
keep_text(struct why *why, size_t behind, const char *format, va_list args)
{
	const size_t room = sizeof(why->text) - behind;
	char *whole = NULL;
	va_list again;

	va_copy(again, args);
	const int length = vsnprintf(why->text, room, format, args);
	if (length >= (int)room && vasprintf(&whole, format, again) >= 0) {
		fit(whole, room);
		memcpy(why->text, whole, strlen(whole) + 1);
		free(whole);
	}
	va_end(again);
}

int why_set(struct why *why, int error, const char *format, ...)
{
	va_list args;

	if (!why)
		return error;

	/* strerrordesc_np: thread-safe and untranslated, whatever locale the host set. */
	const char *known = strerrordesc_np(-error);
	const char *meaning = known ? known : "unknown error";
	va_start(args, format);
	keep_text(why, strlen(": ") + strlen(meaning), format, args);
	va_end(args);
	const size_t length = strlen(why->text);
	(void)snprintf(why->text + length, sizeof(why->text) - length, ": %s", meaning);
	why->error = error;
	return error;
}

int why_say(struct why *why, int error, const char *format, ...)
{
	va_list args;

	if (!why)
		return error;

	va_start(args, format);
	keep_text(why, 0, format, args);
	va_end(args);
	why->error = error;
	return error;
}
