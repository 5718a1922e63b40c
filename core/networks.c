/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/networks.h"

#include "base/why.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATORS " \t,"
#define WORD_MAX 64
#define BITS_MOST 128

static bool same_bits(const unsigned char *a, const unsigned char *b, unsigned bits)
{
	const unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || ((a[whole] ^ b[whole]) & (0xff00U >> rest) & 0xffU) == 0;
}

static int parse_prefix(const char *digits, unsigned most, unsigned *ret)
{
	char *end;

	if (digits[0] < '0' || digits[0] > '9')
		return -EINVAL;
	const unsigned long value = strtoul(digits, &end, 10);
	if (*end != '\0' || value > most)
		return -EINVAL;
	*ret = (unsigned)value;
	return 0;
}

static int parse_one(char *word, struct network *ret, struct why *why)
{
	char *slash = strchr(word, '/');
	struct client_address address;
	unsigned prefix;

	if (slash)
		*slash = '\0';
	if (client_address_parse(word, &address) < 0)
		return why_say(why, -EINVAL, "'%s' is no address", word);
	const unsigned most = address.family == AF_INET ? 32 : BITS_MOST;
	prefix = most;
	if (slash && parse_prefix(slash + 1, most, &prefix) < 0)
		return why_say(why, -EINVAL, "'%s/%s': the prefix is 0 to %u", word,
			       slash + 1, most);

	for (unsigned bit = prefix; bit < most; bit++)
		if (address.bytes[bit / 8] & (0x80U >> bit % 8))
			return why_say(why, -EINVAL,
				       "'%s/%u' has bits behind its prefix; write %s for "
				       "the host alone",
				       word, prefix, word);
	*ret = (struct network){ .family = (unsigned char)address.family,
				 .prefix = (unsigned char)prefix };
	memcpy(ret->bytes, address.bytes, sizeof(ret->bytes));
	return 0;
}

int networks_parse(const char *text, struct networks *ret, struct why *why)
{
	struct networks parsed = { 0 };

	for (const char *at = text + strspn(text, SEPARATORS); *at;) {
		char word[WORD_MAX];
		const size_t length = strcspn(at, SEPARATORS);

		if (length >= sizeof(word))
			return why_say(why, -EINVAL, "'%.20s...' is no network", at);
		if (parsed.count == NETWORKS_MAX)
			return why_say(why, -E2BIG, "more than %d networks",
				       NETWORKS_MAX);
		memcpy(word, at, length);
		word[length] = '\0';
		const int error = parse_one(word, &parsed.list[parsed.count++], why);
		if (error < 0)
			return error;
		at += length;
		at += strspn(at, SEPARATORS);
	}
	*ret = parsed;
	return 0;
}

bool network_contains(const struct network *network, const struct client_address *client,
		      unsigned most)
{
	const unsigned bits = network->prefix < most ? network->prefix : most;

	return network->family == client->family &&
	       same_bits(network->bytes, client->bytes, bits);
}

bool networks_contain(const struct networks *networks,
		      const struct client_address *client)
{
	for (size_t i = 0; i < networks->count; i++)
		if (network_contains(&networks->list[i], client, BITS_MOST))
			return true;
	return false;
}

const char *network_print(const struct network *network, char text[static NETWORK_TEXT])
{
	const unsigned host = network->family == AF_INET ? 32 : BITS_MOST;

	if (!inet_ntop(network->family, network->bytes, text, NETWORK_TEXT))
		text[0] = '\0';
	const size_t length = strlen(text);
	if (network->prefix < host)
		(void)snprintf(text + length, NETWORK_TEXT - length, "/%u",
			       (unsigned)network->prefix);
	return text;
}
