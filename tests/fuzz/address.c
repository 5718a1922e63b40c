/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a remote host may write for an address: it is refused, or it has one canonical
 * text, whatever stood around it. What may never be opened is asked of the C library's
 * own macros as well.
 */
#include "fuzz.h"

#include "core/client_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool never_ipv4(uint32_t address)
{
	return address >> 24 == 0 || address >> 24 == 127 || IN_MULTICAST(address) ||
	       IN_BADCLASS(address) || address >> 16 == 0xa9fe;
}

static bool never_ipv6(const struct in6_addr *address)
{
	return IN6_IS_ADDR_UNSPECIFIED(address) || IN6_IS_ADDR_LOOPBACK(address) ||
	       IN6_IS_ADDR_LINKLOCAL(address) || IN6_IS_ADDR_MULTICAST(address) ||
	       IN6_IS_ADDR_V4MAPPED(address);
}

/* An IPv4 address inside an IPv6 one: the mapped one is IPv4, others are judged by it. */
static void check_embedded(const struct client_address *ipv4)
{
	static const char *const forms[] = { "::ffff:%x:%x", "2002:%x:%x::1",
					     "64:ff9b::%x:%x", "::%x:%x" };
	const unsigned high = (unsigned)ipv4->bytes[0] << 8 | ipv4->bytes[1];
	const unsigned low = (unsigned)ipv4->bytes[2] << 8 | ipv4->bytes[3];

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct client_address around;
		char text[64];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(text, sizeof(text), forms[i], high, low);
#pragma GCC diagnostic pop
		must(client_address_parse(text, &around) == 0);
		must(i != 0 || client_address_equal(&around, ipv4));
		must(!client_address_never(&around) == !client_address_never(ipv4));
	}
}

static void check_never(const struct client_address *client)
{
	struct in6_addr ipv6;
	uint32_t ipv4;

	if (client->family == AF_INET) {
		memcpy(&ipv4, client->bytes, sizeof(ipv4));
		must(!never_ipv4(ntohl(ipv4)) == !client_address_never(client));
		check_embedded(client);
		return;
	}
	memcpy(&ipv6, client->bytes, sizeof(ipv6));
	must(!never_ipv6(&ipv6) || client_address_never(client));
}

/* It names a file: nothing but what an address is made of. */
static void check_canonical(const struct client_address *client)
{
	struct client_address again;

	must(client->text[strspn(client->text, "0123456789abcdef.:")] == '\0');
	must(strspn(client->text, ".") == 0 && client->text[0] != '\0');
	must(client_address_parse(client->text, &again) == 0);
	must(client_address_equal(client, &again));
	must(strcmp(client->text, again.text) == 0);
	must(client_address_compare(client, &again) == 0);
	check_never(client);
}

static void check_around(const struct client_address *client)
{
	static const struct {
		const char *before, *behind;
	} forms[] = { { "", "" },	 { "[", "]" },	 { "", "%eth0" },
		      { "[", "%eth0]" }, { "", ";110" }, { "[", "]:143" } };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct client_address again;
		char text[CLIENT_ADDRESS_TEXT + 16];

		(void)snprintf(text, sizeof(text), "%s%s%s", forms[i].before,
			       client->text, forms[i].behind);
		must(client_address_parse_remote(text, &again) == 0);
		must(client_address_equal(client, &again));
	}
}

static void check_mask(const struct client_address *client, unsigned prefix)
{
	struct client_address masked = *client, twice;

	client_address_mask_ipv6(&masked, prefix);
	must(masked.family == client->family || client->family == AF_INET6);
	twice = masked;
	client_address_mask_ipv6(&twice, prefix);
	must(client_address_equal(&masked, &twice));
	check_canonical(&masked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	const struct client_address untouched = { .text = "untouched" };
	struct client_address plain = untouched, remote = untouched;
	char *text = fuzz_rest(&input);

	if (client_address_parse(text, &plain) == 0) {
		check_canonical(&plain);
		check_mask(&plain, size > 0 ? data[0] : 0);
	} else {
		must(memcmp(&plain, &untouched, sizeof(plain)) == 0);
	}
	if (client_address_parse_remote(text, &remote) == 0) {
		check_canonical(&remote);
		check_around(&remote);
		/* So daemons write "not known". */
		must(strcmp(remote.text, "0.0.0.0") != 0 &&
		     strcmp(remote.text, "::") != 0);
	} else {
		must(memcmp(&remote, &untouched, sizeof(remote)) == 0);
	}
	free(text);
	return 0;
}
