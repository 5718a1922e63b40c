/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/why.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 0))) static size_t
keep_text(struct why *why, const char *format, va_list args)
{
	const int length = vsnprintf(why->text, sizeof(why->text), format, args);

	if (length < 0)
		return 0;
	return (size_t)length < sizeof(why->text) ? (size_t)length
						  : sizeof(why->text) - 1;
}

int why_set(struct why *why, int error, const char *format, ...)
{
	va_list args;

	if (!why)
		return error;

	va_start(args, format);
	const size_t length = keep_text(why, format, args);
	va_end(args);

	/* strerrordesc_np: thread-safe and untranslated, whatever locale the host set. */
	const char *meaning = strerrordesc_np(-error);
	(void)snprintf(why->text + length, sizeof(why->text) - length, ": %s",
		       meaning ? meaning : "unknown error");
	why->error = error;
	return error;
}

int why_say(struct why *why, int error, const char *format, ...)
{
	va_list args;

	if (!why)
		return error;

	va_start(args, format);
	(void)keep_text(why, format, args);
	va_end(args);
	why->error = error;
	return error;
}
