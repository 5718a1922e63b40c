/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

#include <string.h>

void check_int_at(const char *label, const char *what, long long got, long long want,
		  const char *file, int line)
{
	if (got == want)
		return;
	print_error("%s: %s\n\tgot  %lld\n\twant %lld\n", label, what, got, want);
	_fail(file, line);
}

void check_text_at(const char *label, const char *what, const char *got, const char *want,
		   const char *file, int line)
{
	if (got && want ? strcmp(got, want) == 0 : got == want)
		return;
	print_error("%s: %s\n\tgot  '%s'\n\twant '%s'\n", label, what,
		    got ? got : "(NULL)", want ? want : "(NULL)");
	_fail(file, line);
}

void check_contains_at(const char *label, const char *text, const char *part,
		       const char *file, int line)
{
	if (strstr(text, part))
		return;
	print_error("%s:\n\tgot  '%s'\n\twant '...%s...'\n", label, text, part);
	_fail(file, line);
}
