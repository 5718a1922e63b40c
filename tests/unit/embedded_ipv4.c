/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/embedded_ipv4.h"

#include "check.h"

#include "core/client_address.h"

static const struct {
	const char *label, *text;
	const char *want; /* NULL: it carries none */
	bool want_shared;
} cases[] = {
	{ "IPv4", "192.0.2.7", NULL, false },
	{ "mapped: IPv4", "::ffff:192.0.2.7", NULL, false },
	{ "IPv6", "2001:db8::c000:207", NULL, false },
	{ "unique local", "fd00::c000:207", NULL, false },
	{ "6to4", "2002:c000:207:1::5", "192.0.2.7", false },
	{ "behind 6to4", "2003:c000:207:1::5", NULL, false },
	{ "NAT64", "64:ff9b::c000:207", "192.0.2.7", true },
	{ "beside NAT64", "64:ff9b::1:c000:207", NULL, false },
	/* RFC 6052, section 2.4: 192.0.2.33 */
	{ "local NAT64 /48", "64:ff9b:1:c000:2:2100::", "192.0.2.33", true },
	{ "local NAT64 /56", "64:ff9b:1:12c0:0:221::", "192.0.2.33", true },
	{ "local NAT64 /64", "64:ff9b:1:1234:c0:2:2100::", "192.0.2.33", true },
	{ "local NAT64 /96", "64:ff9b:1:1234::c000:221", "192.0.2.33", true },
	{ "behind local NAT64", "64:ff9b:2::c000:221", NULL, false },
	/* RFC 4380, section 2.7: the client's is inverted */
	{ "Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.2.45", true },
	{ "beside Teredo", "2001:1::3fff:fdd2", NULL, false },
	{ "IPv4-compatible", "::192.0.2.7", "192.0.2.7", true },
	{ "ISATAP: the network's own", "2001:db8::200:5efe:c000:207", NULL, false },
};

static void some_carry_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct client_address client, got = { .text = "untouched" };

		assert_int_equal(client_address_parse(cases[i].text, &client), 0);
		check_int(cases[i].label, embedded_ipv4(&client, &got),
			  cases[i].want != NULL);
		check_text(cases[i].label, got.text,
			   cases[i].want ? cases[i].want : "untouched");
		check_int(cases[i].label, embedded_ipv4_shares_network(&client),
			  cases[i].want_shared);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(some_carry_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
