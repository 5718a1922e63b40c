/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/client_address.h"

#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

struct text_case {
	const char *label, *text;
	const char *want; /* NULL: -EINVAL */
};

static const struct text_case parse_cases[] = {
	{ "plain IPv4", "192.0.2.7", "192.0.2.7" },
	{ "mapped IPv4 becomes IPv4", "::ffff:192.0.2.7", "192.0.2.7" },
	{ "mapped IPv4, written in hex", "::FFFF:c000:207", "192.0.2.7" },
	{ "mapped IPv4, written in full", "0:0:0:0:0:ffff:c000:0207", "192.0.2.7" },
	{ "only begins like a mapped one", "::ffff:1:2:3", "::ffff:1:2:3" },
	{ "compatible, not mapped", "::192.0.2.7", "::192.0.2.7" },
	{ "one spelling of IPv6", "2001:DB8:0:0::1", "2001:db8::1" },
	{ "all eight groups", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6" },
	{ "unspecified is an address", "0.0.0.0", "0.0.0.0" },
	{ "no octal", "192.0.2.010", NULL },
	{ "no hexadecimal", "0xc0.0.2.7", NULL },
	{ "no number above 255", "192.0.2.256", NULL },
	{ "no short form", "192.0.519", NULL },
	{ "no single number", "3221225991", NULL },
	{ "no fifth number", "192.0.2.7.9", NULL },
	{ "no blank before", " 192.0.2.7", NULL },
	{ "no blank behind", "192.0.2.7 ", NULL },
	{ "no newline behind", "192.0.2.7\n", NULL },
	{ "no control character", "192.0.2.7\x1b[2J", NULL },
	{ "no sign", "192.0.2.+7", NULL },
	{ "no prefix", "192.0.2.0/24", NULL },
	{ "no group of five", "2001:db8::00001", NULL },
	{ "no two gaps", "2001::db8::1", NULL },
	{ "no nine groups", "1:2:3:4:5:6:7:8:9", NULL },
	{ "no scope", "fe80::1%eth0", NULL },
	{ "no brackets", "[2001:db8::1]", NULL },
	{ "no host name", "mx.example.org", NULL },
	{ "no way out of the folder", "../../etc/passwd", NULL },
	{ "nothing", "", NULL },
};

static const struct text_case remote_cases[] = {
	{ "Dovecot", "192.0.2.7", "192.0.2.7" },
	{ "Courier", "::ffff:192.0.2.7", "192.0.2.7" },
	{ "Cyrus", "192.0.2.7;110", "192.0.2.7" },
	{ "Cyrus, IPv6", "2001:db8::1;993", "2001:db8::1" },
	{ "brackets", "[2001:db8::1]", "2001:db8::1" },
	{ "brackets around IPv4", "[192.0.2.7]", "192.0.2.7" },
	{ "brackets around mapped", "[::ffff:192.0.2.7]", "192.0.2.7" },
	{ "Dovecot 2.4, with scope", "fe80::1%eth0", "fe80::1" },
	{ "scope in brackets", "[fe80::1%eth0]", "fe80::1" },
	{ "port behind brackets", "[2001:db8::1]:110", "2001:db8::1" },
	{ "a name behind brackets", "[192.0.2.7].evil.example", NULL },
	{ "no port behind ;", "192.0.2.8;x y", NULL },
	{ "nothing behind ;", "192.0.2.8;", NULL },
	{ "no scope behind %", "fe80::1%", NULL },
	{ "nor in brackets", "[fe80::1%]", NULL },
	{ "a blank in the scope", "[2001:db8::1%a b]", NULL },
	{ "a newline in the scope", "2001:db8::1%a\nb", NULL },
	{ "hostile scope", "2001:db8::1%../../etc/passwd", "2001:db8::1" },
	{ "open bracket", "[2001:db8::1", NULL },
	{ "UW imapd, not known", "UNKNOWN", NULL },
	{ "UW imapd, no network", "NON-IP", NULL },
	{ "perdition, IPv6 client", "0.0.0.0", NULL },
	{ "unspecified IPv6", "::", NULL },
	{ "unspecified, mapped", "::ffff:0.0.0.0", NULL },
	{ "empty", "", NULL },
	{ "brackets only", "[]", NULL },
	{ "port only", ";110", NULL },
	{ "scope only", "%eth0", NULL },
	{ "qpopper, a name", "mx.example.org", NULL },
	{ "a name of hex letters", "dead.beef", NULL },
	{ "localhost", "localhost", NULL },
	{ "octal", "0300.0.2.7", NULL },
	{ "blank", "192.0.2.7 evil", NULL },
	{ "control characters", "192.0.2.7\r\n\t", NULL },
	{ "bytes above ASCII", "192.0.2.7\xc3\xa9", NULL },
	{ "folders", "../../etc/passwd", NULL },
	{ "hidden folder", "./192.0.2.7", NULL },
};

typedef int parser(const char *text, struct client_address *ret);

static void check_parser(parser *parse, const struct text_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct client_address got = { .text = "untouched" };
		const int error = parse(cases[i].text, &got);

		check_int(cases[i].label, error, cases[i].want ? 0 : -EINVAL);
		check_text(cases[i].label, got.text,
			   cases[i].want ? cases[i].want : "untouched");
	}
}

static void parse_takes_addresses_only(void **state)
{
	(void)state;
	check_parser(client_address_parse, parse_cases, COUNT(parse_cases));
}

static void remote_takes_what_daemons_say(void **state)
{
	(void)state;
	check_parser(client_address_parse_remote, remote_cases, COUNT(remote_cases));
}

static void long_texts_are_refused(void **state)
{
	static const char *const beginnings[] = { "", "192.0.2.7", "[2001:db8::1", "::" };
	struct client_address got;
	char text[4097];

	(void)state;
	for (size_t i = 0; i < COUNT(beginnings); i++)
		for (size_t size = CLIENT_ADDRESS_TEXT - 1; size < sizeof(text);
		     size += size < 64 ? 1 : 1007) {
			memset(text, '1', size);
			text[size] = '\0';
			memcpy(text, beginnings[i], strlen(beginnings[i]));
			check_int(beginnings[i], client_address_parse(text, &got),
				  -EINVAL);
			check_int(beginnings[i], client_address_parse_remote(text, &got),
				  -EINVAL);
		}
}

static void the_longest_address_fits(void **state)
{
	static const char longest[] = "1111:2222:3333:4444:5555:6666:7777:8888";
	struct client_address got;

	(void)state;
	check_int("longest", client_address_parse_remote(longest, &got), 0);
	check_text("longest", got.text, longest);
}

static const struct text_case never_cases[] = {
	{ "IPv4", "192.0.2.7", NULL },
	{ "private IPv4", "10.1.2.3", NULL },
	{ "below loopback", "126.255.255.255", NULL },
	{ "loopback", "127.0.0.1", "a loopback address" },
	{ "all of loopback", "127.255.255.254", "a loopback address" },
	{ "above loopback", "128.0.0.1", NULL },
	{ "mapped loopback", "::ffff:127.0.0.1", "a loopback address" },
	{ "this network", "0.1.2.3", "an unspecified address" },
	{ "unspecified", "0.0.0.0", "an unspecified address" },
	{ "link-local", "169.254.9.9", "a link-local address" },
	{ "beside link-local", "169.253.9.9", NULL },
	{ "below multicast", "223.255.255.255", NULL },
	{ "multicast", "224.0.0.1", "a multicast address" },
	{ "last multicast", "239.255.255.255", "a multicast address" },
	{ "reserved", "240.0.0.1", "a reserved or broadcast address" },
	{ "broadcast", "255.255.255.255", "a reserved or broadcast address" },
	{ "IPv6", "2001:db8::1", NULL },
	{ "unspecified IPv6", "::", "an unspecified address" },
	{ "loopback IPv6", "::1", "a loopback address" },
	{ "beside loopback IPv6", "::2", "an unspecified address" },
	{ "behind it", "::1:0:2:2", NULL },
	{ "link-local IPv6", "fe80::1", "a link-local address" },
	{ "last link-local IPv6", "febf::1", "a link-local address" },
	{ "behind link-local IPv6", "fec0::1", NULL },
	{ "multicast IPv6", "ff02::1", "a multicast address" },
	{ "6to4", "2002:c000:207::1", NULL },
	{ "6to4 of loopback", "2002:7f00:1::1", "a loopback address" },
	{ "6to4 of multicast", "2002:e000:1::1", "a multicast address" },
	{ "NAT64", "64:ff9b::192.0.2.7", NULL },
	{ "NAT64 of loopback", "64:ff9b::127.0.0.1", "a loopback address" },
	{ "NAT64 of link-local", "64:ff9b::169.254.1.1", "a link-local address" },
	{ "local NAT64 of loopback", "64:ff9b:1::127.0.0.1", "a loopback address" },
	{ "Teredo", "2001:0:c000:201::3fff:fdf8", NULL },
	{ "Teredo of loopback", "2001:0:c000:201::80ff:fffe", "a loopback address" },
	{ "IPv4-compatible", "::192.0.2.7", NULL },
	{ "IPv4-compatible loopback", "::127.0.0.1", "a loopback address" },
};

static void some_are_never_opened(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(never_cases); i++) {
		struct client_address client;

		check_int(never_cases[i].label,
			  client_address_parse(never_cases[i].text, &client), 0);
		check_text(never_cases[i].label, client_address_never(&client),
			   never_cases[i].want);
	}
}

static const struct {
	const char *label, *text;
	unsigned prefix;
	const char *want;
} mask_cases[] = {
	{ "64", "2001:db8:1:2:3:4:5:6", 64, "2001:db8:1:2::" },
	{ "all", "2001:db8:1:2:3:4:5:6", 128, "2001:db8:1:2:3:4:5:6" },
	{ "none", "2001:db8:1:2:3:4:5:6", 0, "::" },
	{ "in a byte", "2001:db8:ffff::", 35, "2001:db8:e000::" },
	{ "all but one", "2001:db8::ffff", 127, "2001:db8::fffe" },
	{ "IPv4 stays", "192.0.2.7", 64, "192.0.2.7" },
};

static void mask_keeps_the_prefix(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(mask_cases); i++) {
		struct client_address client, want;

		check_int("parse", client_address_parse(mask_cases[i].text, &client), 0);
		check_int("parse", client_address_parse(mask_cases[i].want, &want), 0);
		client_address_mask_ipv6(&client, mask_cases[i].prefix);
		check_text(mask_cases[i].label, client.text, mask_cases[i].want);
		check_true(mask_cases[i].label, client_address_equal(&client, &want));
	}
}

static void equal_looks_at_the_bytes(void **state)
{
	struct client_address ipv4, mapped, other, ipv6;

	(void)state;
	(void)client_address_parse("192.0.2.7", &ipv4);
	(void)client_address_parse("::ffff:c000:207", &mapped);
	(void)client_address_parse("192.0.2.8", &other);
	(void)client_address_parse("c000:207::", &ipv6); /* begins with the same bytes */
	check_true("mapped", client_address_equal(&ipv4, &mapped));
	check_false("other", client_address_equal(&ipv4, &other));
	check_false("other family", client_address_equal(&ipv4, &ipv6));
}

static void sockets_have_addresses(void **state)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_scope_id = 3 };
	const struct sockaddr local = { .sa_family = AF_UNIX };
	struct client_address got;

	(void)state;
	(void)inet_pton(AF_INET, "192.0.2.7", &in.sin_addr);
	(void)inet_pton(AF_INET6, "::ffff:192.0.2.9", &in6.sin6_addr);
	check_int("IPv4", client_address_of_socket((struct sockaddr *)&in, &got), 0);
	check_text("IPv4", got.text, "192.0.2.7");
	check_int("mapped", client_address_of_socket((struct sockaddr *)&in6, &got), 0);
	check_text("mapped", got.text, "192.0.2.9");
	check_int("local", client_address_of_socket(&local, &got), -EAFNOSUPPORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_takes_addresses_only),
		cmocka_unit_test(remote_takes_what_daemons_say),
		cmocka_unit_test(long_texts_are_refused),
		cmocka_unit_test(the_longest_address_fits),
		cmocka_unit_test(some_are_never_opened),
		cmocka_unit_test(mask_keeps_the_prefix),
		cmocka_unit_test(equal_looks_at_the_bytes),
		cmocka_unit_test(sockets_have_addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
