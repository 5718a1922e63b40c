/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ascii.h"

bool ascii_is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

bool ascii_is_lower(char byte)
{
	return byte >= 'a' && byte <= 'z';
}

bool ascii_is_print(char byte)
{
	return byte >= ' ' && byte <= '~';
}

char ascii_lower(char byte)
{
	if (byte >= 'A' && byte <= 'Z')
		return (char)(byte - 'A' + 'a');
	return byte;
}

bool ascii_equal(const char *a, const char *b)
{
	for (; ascii_lower(*a) == ascii_lower(*b); a++, b++)
		if (*a == '\0')
			return true;
	return false;
}

bool ascii_begins(const char *text, const char *word)
{
	for (; *word; text++, word++)
		if (ascii_lower(*text) != ascii_lower(*word))
			return false;
	return true;
}
