/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/escape.h"

#include "check.h"

#include <string.h>

#define GUARD 0x5a

static const struct {
	const char *label, *text, *also;
	size_t room;
	const char *want;
} cases[] = {
	{ "plain", "horn", "", 32, "horn" },
	{ "nothing", "", "", 32, "" },
	{ "NULL", NULL, "", 32, "" },
	{ "backslash", "a\\b", "", 32, "a\\\\b" },
	{ "newline", "a\nb", "", 32, "a\\x0ab" },
	{ "escape sequence", "\x1b[2J", "", 32, "\\x1b[2J" },
	{ "DEL", "\x7f", "", 32, "\\x7f" },
	{ "last printable", "~ !", "", 32, "~ !" },
	{ "UTF-8", "\xc3\xa9", "", 32, "\\xc3\\xa9" },
	{ "also", "a b=c", " =", 32, "a\\x20b\\x3dc" },
	{ "fits exactly", "abcd", "", 5, "abcd" },
	{ "one too long", "abcde", "", 5, "a..." },
	{ "cut before an escape", "abcd\n", "", 8, "abcd..." },
	{ "no half escape", "ab\ncd", "", 8, "ab..." },
	{ "an escape fits exactly", "abc\n", "", 8, "abc\\x0a" },
	{ "room for the dots only", "abcdef", "", 4, "..." },
	{ "not even that", "abcdef", "", 3, ".." },
	{ "a byte and its NUL", "abcdef", "", 2, "." },
	{ "a NUL only", "abcdef", "", 1, "" },
	{ "a NUL only, empty text", "", "", 1, "" },
};

static void text_becomes_one_line(void **state)
{
	char got[64];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		check_text(cases[i].label,
			   escape_text(cases[i].text, cases[i].also, got, cases[i].room),
			   cases[i].want);
		check_true(cases[i].label, escape_text("", "", got, sizeof(got)) == got);
	}
}

static void bytes_may_be_nul(void **state)
{
	char got[64];

	(void)state;
	check_text("NUL", escape_bytes("a\0b", 3, "", got, sizeof(got)), "a\\x00b");
	check_text("not behind the size", escape_bytes("abc", 2, "", got, sizeof(got)),
		   "ab");
}

/* Every byte value, in every room: never a byte behind it, always one line of ASCII. */
static void no_room_overflows(void **state)
{
	unsigned char all[256];
	char out[1200];

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (unsigned char)(i * 37 + 11);
	for (size_t room = 1; room < sizeof(out); room++) {
		memset(out, GUARD, sizeof(out));
		(void)escape_bytes(all, sizeof(all), "z", out, room);
		const size_t length = strnlen(out, room);
		check_true("ends within its room", length < room);
		for (size_t i = room; i < sizeof(out); i++)
			check_int("behind the room", out[i], GUARD);
		for (size_t i = 0; i < length; i++)
			check_true("printable", out[i] >= 0x20 && out[i] < 0x7f);
	}
}

/* Whatever the room: what is kept is a beginning of the whole, then three dots. */
static void a_cut_text_is_a_beginning(void **state)
{
	static const char text[] = "ab\x01"
				   "c\\\\\xff"
				   "de\x7f=fg";
	char whole[128], out[128];

	(void)state;
	escape_text(text, "=", whole, sizeof(whole));
	for (size_t room = 5; room <= strlen(whole); room++) {
		escape_text(text, "=", out, room);
		const size_t length = strlen(out);
		check_true(out, length >= 3 && length < room);
		check_text(out, out + length - 3, "...");
		check_int(out, strncmp(out, whole, length - 3), 0);
	}
	check_text("whole", escape_text(text, "=", out, strlen(whole) + 1), whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_becomes_one_line),
		cmocka_unit_test(bytes_may_be_nul),
		cmocka_unit_test(no_room_overflows),
		cmocka_unit_test(a_cut_text_is_a_beginning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
