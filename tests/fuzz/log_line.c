/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text from outside in a line of log: one line, printable, bounded, and what fits can be
 * read back byte for byte.
 */
#include "fuzz.h"

#include "core/escape.h"
#include "core/event.h"
#include "core/lease.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What escape_bytes() wrote, back to bytes. */
static size_t unescape(const char *text, unsigned char *bytes)
{
	size_t count = 0;

	while (*text) {
		unsigned value = (unsigned char)*text;
		if (*text == '\\' && text[1] == '\\') {
			text++;
		} else if (*text == '\\') {
			const char hex[] = { text[1] == 'x' ? text[2] : 'x', text[3], 0 };
			char *end;
			value = (unsigned)strtoul(hex, &end, 16);
			must(end == hex + 2);
			text += 3;
		}
		bytes[count++] = (unsigned char)value;
		text++;
	}
	return count;
}

static void check_escape(const void *bytes, size_t size, const char *also)
{
	const size_t whole = 4 * size + 1;
	char *text = malloc(whole);
	unsigned char *back = malloc(whole);

	must(text && back);
	must(escape_bytes(bytes, size, also, text, whole) == text);
	must(fuzz_is_plain(text) && strpbrk(text, also) == NULL);
	must(unescape(text, back) == size && memcmp(back, bytes, size) == 0);
	free(text);
	free(back);
}

/* However little room there is, the text ends inside it, and no escape is cut in two. */
static void check_cut(const void *bytes, size_t size, size_t room)
{
	char text[256];
	unsigned char back[256];

	memset(text, 'x', sizeof(text));
	(void)escape_bytes(bytes, size, "", text, room);
	must(memchr(text, '\0', room) != NULL && fuzz_is_plain(text));
	for (size_t i = room; i < sizeof(text); i++)
		must(text[i] == 'x');
	(void)unescape(text, back);
}

static void check_event(struct fuzz_input *input)
{
	char user[FUZZ_TEXT], service[FUZZ_TEXT], detail[FUZZ_TEXT], text[EVENT_TEXT];
	const struct timespec now = { (time_t)fuzz_byte(input) << 32, 0 };
	struct client_address client;
	struct lease lease;

	must(client_address_parse("2001:db8::7", &client) == 0);
	struct event event = { .map = "/etc/mail/access.db" };
	event.kind = (enum event_kind)(fuzz_byte(input) % (EVENT_HEALED + 1));
	lease_make(&lease, &client, fuzz_text(input, user), fuzz_text(input, service),
		   now);
	event.detail = fuzz_text(input, detail);
	if (event.kind < EVENT_JUNK)
		event.lease = &lease;
	must(event_text(&event, text) == text);
	must(text[0] != '\0' && fuzz_is_plain(text));
	must(strlen(text) < EVENT_TEXT - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };

	check_escape(data, size, "");
	check_escape(data, size, " =");
	for (size_t room = 4; room < 40; room++)
		check_cut(data, size, room);
	check_event(&input);
	return 0;
}
