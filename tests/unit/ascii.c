/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ascii.h"

#include "check.h"

#include <stdio.h>
#include <string.h>

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define SIGNS " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

static bool is_in(const char *set, int byte)
{
	return byte != 0 && strchr(set, byte) != NULL;
}

/* All 256, so those above 0x7f too: there a locale has letters of its own. */
static void every_byte(void **state)
{
	(void)state;
	for (int i = 0; i < 256; i++) {
		const char byte = (char)i;
		const int want = is_in(UPPER, i)
					 ? LOWER[strchr(UPPER, i) - (const char *)UPPER]
					 : byte;
		char label[16];

		(void)snprintf(label, sizeof(label), "byte %d", i);
		check_int(label, ascii_is_digit(byte), is_in(DIGITS, i));
		check_int(label, ascii_is_lower(byte), is_in(LOWER, i));
		check_int(label, ascii_is_print(byte),
			  is_in(UPPER LOWER DIGITS SIGNS, i));
		check_int(label, ascii_lower(byte), want);
	}
}

static const struct {
	const char *a, *b;
	bool equal, begins;
} pairs[] = {
	{ "", "", true, true },
	{ "DISCARD", "discard", true, true },
	{ "Ok", "oK", true, true },
	{ "RELAY", "RELAYS", false, false },
	{ "ERROR:550 no", "error", false, true },
	{ "x", "", false, true },
	{ "", "x", false, false },
	{ "[", "{", false, false }, /* not letters, though 32 apart */
	{ "@", "`", false, false },
	{ "\xdd", "\xfd", false, false },
};

static void case_is_no_difference(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		check_int(pairs[i].a, ascii_equal(pairs[i].a, pairs[i].b),
			  pairs[i].equal);
		check_int(pairs[i].b, ascii_equal(pairs[i].b, pairs[i].a),
			  pairs[i].equal);
		check_int(pairs[i].a, ascii_begins(pairs[i].a, pairs[i].b),
			  pairs[i].begins);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte),
		cmocka_unit_test(case_is_no_difference),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
