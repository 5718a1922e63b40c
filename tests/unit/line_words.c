/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/line_words.h"

#include "check.h"

#include <errno.h>
#include <string.h>

#define ROOM 8

static const struct {
	const char *label, *line;
	int want;
	const char *want_value, *want_rest;
} word_cases[] = {
	{ "a word", "user=horn", 0, "horn", "" },
	{ "and more", "user=horn x=1\n", 0, "horn", " x=1\n" },
	{ "at the line's end", "user=horn\nuser=b", 0, "horn", "\nuser=b" },
	{ "as long as there is room", "user=1234567", 0, "1234567", "" },
	{ "longer", "user=12345678", -EINVAL, "", "user=12345678" },
	{ "another name", "users=horn", -EINVAL, "", "users=horn" },
	{ "no value", "user= x", -EINVAL, "", "user= x" },
	{ "a second sign", "user=a=b", -EINVAL, "", "user=a=b" },
	{ "a tab", "user=a\tb", -EINVAL, "", "user=a\tb" },
	{ "beyond ASCII", "user=\xc3\xb6", -EINVAL, "", "user=\xc3\xb6" },
	{ "nothing", "", -EINVAL, "", "" },
};

static void a_word_is_taken_or_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(word_cases); i++) {
		const char *at = word_cases[i].line;
		char value[ROOM] = "";

		check_int(word_cases[i].label, line_word(&at, "user=", value, ROOM),
			  word_cases[i].want);
		check_text(word_cases[i].label, value, word_cases[i].want_value);
		check_text(word_cases[i].label, at, word_cases[i].want_rest);
	}
}

static const struct {
	const char *line;
	int want;
	long want_time;
} time_cases[] = {
	{ "until=0", 0, 0 },	     { "until=1795521707", 0, 1795521707 },
	{ "until=-1", -EINVAL, 77 }, { "until=99999999999999999999", -EINVAL, 77 },
	{ "until=1x", -EINVAL, 77 }, { "until=", -EINVAL, 77 },
};

static void a_time_is_a_number(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(time_cases); i++) {
		const char *at = time_cases[i].line;
		time_t got = 77;

		check_int(time_cases[i].line, line_time(&at, "until=", &got),
			  time_cases[i].want);
		check_int(time_cases[i].line, got, time_cases[i].want_time);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_is_taken_or_nothing),
		cmocka_unit_test(a_time_is_a_number),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
