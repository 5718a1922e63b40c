/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/escape.h"

#include <stdio.h>
#include <string.h>

#define LONGEST 4 /* \xHH */
#define CUT "..."

static size_t escape_one(unsigned char byte, const char *also, char out[LONGEST + 1])
{
	const bool printable = byte >= 0x20 && byte < 0x7f;

	if (byte == '\\')
		return (size_t)snprintf(out, LONGEST + 1, "\\\\");
	if (printable && !strchr(also, byte))
		return (size_t)snprintf(out, LONGEST + 1, "%c", byte);
	return (size_t)snprintf(out, LONGEST + 1, "\\x%02x", byte);
}

const char *escape_bytes(const void *bytes, size_t size, const char *also, char *out,
			 size_t room)
{
	const unsigned char *byte = bytes;
	size_t used = 0, cut = 0;

	for (size_t i = 0; i < size; i++) {
		char one[LONGEST + 1];
		const size_t length = escape_one(byte[i], also, one);

		if (used + length >= room) {
			(void)snprintf(out + cut, room - cut, CUT);
			return out;
		}
		memcpy(out + used, one, length);
		used += length;
		/* Where "..." would still fit, should the next byte not. */
		if (used + sizeof(CUT) <= room)
			cut = used;
	}
	out[used] = '\0';
	return out;
}

const char *escape_text(const char *text, const char *also, char *out, size_t room)
{
	return escape_bytes(text ? text : "", text ? strlen(text) : 0, also, out, room);
}
