/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/duration.h"

#include "check.h"

#include <errno.h>
#include <limits.h>

#define HOUR (3600 * 1000L)
#define DAY (24 * HOUR)
#define CENTURY (100 * 365 * DAY)

static const struct {
	const char *label, *text;
	int want_error;
	long want_ms;
} parse_cases[] = {
	{ "nothing at all", "0", 0, 0 },
	{ "milliseconds", "250ms", 0, 250 },
	{ "seconds", "90s", 0, 90000 },
	{ "seconds, short word", "90sec", 0, 90000 },
	{ "seconds, long word", "90seconds", 0, 90000 },
	{ "minutes", "15min", 0, 900000 },
	{ "minutes, one letter", "15m", 0, 900000 },
	{ "minutes, long word", "15 minutes", 0, 900000 },
	{ "hours", "12h", 0, 12 * HOUR },
	{ "hour", "1 hour", 0, HOUR },
	{ "hours, long word", "2hours", 0, 2 * HOUR },
	{ "days", "1d", 0, DAY },
	{ "day", "1day", 0, DAY },
	{ "days, long word", "3 days", 0, 3 * DAY },
	{ "terms", "2min30s", 0, 150000 },
	{ "terms with blanks", "1h 2 min 3s", 0, HOUR + 123000 },
	{ "leading zeros", "007s", 0, 7000 },
	{ "the longest", "36500d", 0, CENTURY },
	{ "longer", "36501d", -ERANGE, 0 },
	{ "longer by its second term", "36500d 1ms", -ERANGE, 0 },
	{ "beyond all numbers", "99999999999999999999999999s", -ERANGE, 0 },
	{ "would wrap around", "18446744073709551616ms", -ERANGE, 0 },
	{ "empty", "", -EINVAL, 0 },
	{ "bare number", "15", -EINVAL, 0 },
	{ "bare zeros", "00", -EINVAL, 0 },
	{ "bare second term", "1h30", -EINVAL, 0 },
	{ "unit alone", "min", -EINVAL, 0 },
	{ "unknown unit", "15x", -EINVAL, 0 },
	{ "unit with a tail", "15minx", -EINVAL, 0 },
	{ "month", "1M", -EINVAL, 0 },
	{ "fraction", "1.5h", -EINVAL, 0 },
	{ "negative", "-1s", -EINVAL, 0 },
	{ "sign", "+1s", -EINVAL, 0 },
	{ "leading blank", " 1s", -EINVAL, 0 },
	{ "tail", "1s,", -EINVAL, 0 },
};

static void parse_reads_what_people_write(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(parse_cases); i++) {
		long got = -1;

		check_int(parse_cases[i].label, duration_parse(parse_cases[i].text, &got),
			  parse_cases[i].want_error);
		check_int(parse_cases[i].label, got,
			  parse_cases[i].want_error ? -1 : parse_cases[i].want_ms);
	}
}

static const struct {
	const char *label;
	long seconds;
	const char *want;
} print_cases[] = {
	{ "zero", 0, "0s" },
	{ "has passed", -5, "0s" },
	{ "long ago", LONG_MIN, "0s" },
	{ "seconds", 59, "59s" },
	{ "a minute", 60, "1min" },
	{ "minutes and seconds", 14 * 60 + 3, "14min 3s" },
	{ "an hour", 3600, "1h" },
	{ "two units only", 3600 + 120 + 3, "1h 2min" },
	{ "no third unit for a second that is none", 3600 + 3, "1h" },
	{ "a day", 86400, "1d" },
	{ "days and hours", 2 * 86400 + 5 * 3600 + 59, "2d 5h" },
	{ "the longest", LONG_MAX, "106751991167300d 15h" },
};

static void print_takes_two_units(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(print_cases); i++) {
		char got[DURATION_TEXT];

		duration_print(print_cases[i].seconds, got);
		check_text(print_cases[i].label, got, print_cases[i].want);
	}
}

static void what_is_printed_can_be_read(void **state)
{
	static const long seconds[] = { 1, 59, 61, 900, 3600, 86399, 86400, 172860 };

	(void)state;
	for (size_t i = 0; i < COUNT(seconds); i++) {
		char text[DURATION_TEXT];
		long ms = 0;

		duration_print(seconds[i], text);
		check_int(text, duration_parse(text, &ms), 0);
		/* Two units: what is left is less than a minute, or an hour. */
		check_true(text, ms / 1000 <= seconds[i]);
		check_true(text, seconds[i] - ms / 1000 < 3600);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_reads_what_people_write),
		cmocka_unit_test(print_takes_two_units),
		cmocka_unit_test(what_is_printed_can_be_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
