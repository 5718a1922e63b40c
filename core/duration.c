/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/duration.h"

#include "base/ascii.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LONGEST_MS (100L * 365 * 24 * 3600 * 1000)

/* The first spelling of each length is the one that is printed. */
static const struct {
	const char *name;
	long ms;
} units[] = {
	{ "d", 86400000 },    { "h", 3600000 },	    { "min", 60000 },
	{ "s", 1000 },	      { "ms", 1 },	    { "day", 86400000 },
	{ "days", 86400000 }, { "hour", 3600000 },  { "hours", 3600000 },
	{ "m", 60000 },	      { "minutes", 60000 }, { "sec", 1000 },
	{ "seconds", 1000 },
};
#define PRINTED_UNITS 4

static long unit_of(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i].name) == length &&
		    strncmp(units[i].name, name, length) == 0)
			return units[i].ms;
	return 0;
}

/* One number and its unit; moves `*at` behind them. */
static int parse_term(const char **at, long *total)
{
	long number = 0;

	if (!ascii_is_digit(**at))
		return -EINVAL;
	for (; ascii_is_digit(**at); (*at)++) {
		number = number * 10 + (**at - '0');
		if (number > LONGEST_MS)
			return -ERANGE;
	}
	*at += strspn(*at, " ");
	const size_t length = strspn(*at, "abcdefghijklmnopqrstuvwxyz");
	const long unit = unit_of(*at, length);
	if (unit == 0)
		return -EINVAL;
	if (number > (LONGEST_MS - *total) / unit)
		return -ERANGE;
	*total += number * unit;
	*at += length;
	*at += strspn(*at, " ");
	return 0;
}

int duration_parse(const char *text, long *ret_ms)
{
	const char *at = text;
	long total = 0;

	if (strcmp(text, "0") == 0) {
		*ret_ms = 0;
		return 0;
	}
	do {
		const int error = parse_term(&at, &total);
		if (error < 0)
			return error;
	} while (*at);
	*ret_ms = total;
	return 0;
}

void duration_print(long seconds, char text[static DURATION_TEXT])
{
	size_t used = 0, terms = 0;
	long left = seconds > 0 ? seconds : 0;

	for (size_t i = 0; i < PRINTED_UNITS && terms < 2; i++) {
		const long unit = units[i].ms / 1000, number = left / unit;

		if (number == 0 && terms == 0)
			continue;
		terms++;
		left -= number * unit;
		if (number > 0)
			used += (size_t)snprintf(text + used, DURATION_TEXT - used,
						 "%s%ld%s", used ? " " : "", number,
						 units[i].name);
	}
	if (terms == 0)
		(void)snprintf(text, DURATION_TEXT, "0s");
}
