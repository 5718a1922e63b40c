/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/client_address.h"

#include "core/embedded_ipv4.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

static const unsigned char mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

/* Looks at the bytes: "::ffff:1:2:3" begins like a mapped address and is none. */
static int make(sa_family_t family, const void *bytes, struct client_address *ret)
{
	struct client_address made = { .family = family };

	if (family == AF_INET6 && memcmp(bytes, mapped_prefix, 12) == 0) {
		made.family = AF_INET;
		memcpy(made.bytes, (const unsigned char *)bytes + 12, 4);
	} else {
		memcpy(made.bytes, bytes, family == AF_INET ? 4 : 16);
	}
	if (!inet_ntop(made.family, made.bytes, made.text, sizeof(made.text)))
		return -EINVAL;
	*ret = made;
	return 0;
}

int client_address_parse(const char *text, struct client_address *ret)
{
	unsigned char bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		return make(AF_INET, bytes, ret);
	if (inet_pton(AF_INET6, text, bytes) == 1)
		return make(AF_INET6, bytes, ret);
	return -EINVAL;
}

static bool is_unspecified(const struct client_address *client)
{
	static const unsigned char zero[16];

	return memcmp(client->bytes, zero, client->family == AF_INET ? 4 : 16) == 0;
}

static bool is_port(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* Of an interface, behind the %, up to `end`. */
static bool is_scope(const char *text, const char *end)
{
	return text < end && text + strcspn(text, "]; \t\r\n") >= end;
}

/* What may stand behind an address: nothing, ;port, %scope or, in brackets, :port. */
static bool is_appendix(const char *text, bool bracketed)
{
	if (text[0] == '%')
		return is_scope(text + 1, text + strlen(text));
	if (text[0] == ';' || (bracketed && text[0] == ':'))
		return is_port(text + 1);
	return text[0] == '\0';
}

/* The part of `text` that should be an address, without what may stand around it. */
static bool strip(const char *text, char bare[static CLIENT_ADDRESS_TEXT])
{
	const bool bracketed = text[0] == '[';
	const char *begin = text + (bracketed ? 1 : 0);
	const char *end = begin + strcspn(begin, bracketed ? "]%" : "%;");
	const size_t length = (size_t)(end - begin);

	if (length >= CLIENT_ADDRESS_TEXT)
		return false;
	if (bracketed) {
		const char *close = strchr(end, ']');
		if (!close || (*end == '%' && !is_scope(end + 1, close)))
			return false;
		end = close + 1;
	}
	if (!is_appendix(end, bracketed))
		return false;
	memcpy(bare, begin, length);
	bare[length] = '\0';
	return true;
}

int client_address_parse_remote(const char *text, struct client_address *ret)
{
	char bare[CLIENT_ADDRESS_TEXT];
	struct client_address parsed;

	if (!strip(text, bare) || client_address_parse(bare, &parsed) < 0 ||
	    is_unspecified(&parsed))
		return -EINVAL;
	*ret = parsed;
	return 0;
}

int client_address_of_socket(const struct sockaddr *socket, struct client_address *ret)
{
	if (socket->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, socket, sizeof(in));
		return make(AF_INET, &in.sin_addr, ret);
	}
	if (socket->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;
		memcpy(&in6, socket, sizeof(in6));
		return make(AF_INET6, &in6.sin6_addr, ret);
	}
	return -EAFNOSUPPORT;
}

void client_address_mask_ipv6(struct client_address *client, unsigned prefix)
{
	unsigned char bytes[16];

	if (client->family != AF_INET6 || prefix >= 128)
		return;
	memcpy(bytes, client->bytes, sizeof(bytes));
	for (unsigned bit = prefix; bit < 128; bit++)
		bytes[bit / 8] &= (unsigned char)~(0x80U >> bit % 8);
	(void)make(AF_INET6, bytes, client);
}

static const char *never_ipv4(const unsigned char *byte)
{
	if (byte[0] == 0)
		return "an unspecified address";
	if (byte[0] == 127)
		return "a loopback address";
	if (byte[0] == 169 && byte[1] == 254)
		return "a link-local address";
	if (byte[0] >= 224 && byte[0] < 240)
		return "a multicast address";
	if (byte[0] >= 240)
		return "a reserved or broadcast address";
	return NULL;
}

static const char *never_ipv6(const struct client_address *client)
{
	const unsigned char *byte = client->bytes;
	static const unsigned char loopback[16] = { [15] = 1 };
	struct client_address ipv4;

	if (is_unspecified(client))
		return "an unspecified address";
	if (memcmp(byte, loopback, sizeof(loopback)) == 0)
		return "a loopback address";
	if (byte[0] == 0xfe && (byte[1] & 0xc0) == 0x80)
		return "a link-local address";
	if (byte[0] == 0xff)
		return "a multicast address";
	return embedded_ipv4(client, &ipv4) ? never_ipv4(ipv4.bytes) : NULL;
}

const char *client_address_never(const struct client_address *client)
{
	return client->family == AF_INET ? never_ipv4(client->bytes) : never_ipv6(client);
}

bool client_address_equal(const struct client_address *a, const struct client_address *b)
{
	return a->family == b->family &&
	       memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

int client_address_compare(const struct client_address *a, const struct client_address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}
