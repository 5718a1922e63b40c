/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/network_cover.h"

#include "check.h"

#include <sys/socket.h>

static const struct {
	const char *label, *networks;
	bool ipv4, ipv6;
} families[] = {
	{ "none", "", false, false },
	{ "all IPv4", "0.0.0.0/0", true, false },
	{ "all IPv6", "::/0", false, true },
	{ "both", "0.0.0.0/0 ::/0", true, true },
	{ "two halves", "0.0.0.0/1 128.0.0.0/1", true, false },
	{ "a half and quarters", "192.0.0.0/2 0.0.0.0/1 128.0.0.0/2", true, false },
	{ "a half and a quarter", "0.0.0.0/1 128.0.0.0/2", false, false },
	{ "halves of IPv6", "::/1 8000::/1", false, true },
	{ "overlapping", "0.0.0.0/1 64.0.0.0/2 128.0.0.0/1", true, false },
	{ "all but one network",
	  "0.0.0.0/1 128.0.0.0/2 192.0.0.0/3 224.0.0.0/4 240.0.0.0/5 248.0.0.0/6 "
	  "252.0.0.0/7 "
	  "254.0.0.0/8",
	  false, false },
	{ "one address", "192.0.2.1", false, false },
};

static void families_are_covered(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(families); i++) {
		const char *label = families[i].label;
		struct networks networks = { 0 };

		check_int(label, networks_parse(families[i].networks, &networks, NULL),
			  0);
		check_int(label, networks_cover_family(&networks, AF_INET),
			  families[i].ipv4);
		check_int(label, networks_cover_family(&networks, AF_INET6),
			  families[i].ipv6);
	}
}

static const struct {
	const char *label, *networks, *wanted;
	bool want;
} covers[] = {
	{ "itself", "192.0.2.0/24", "192.0.2.0/24", true },
	{ "inside", "192.0.0.0/16", "192.0.2.0/24", true },
	{ "around", "192.0.2.0/24", "192.0.0.0/16", false },
	{ "both halves", "192.0.2.0/25 192.0.2.128/25", "192.0.2.0/24", true },
	{ "an address", "192.0.2.0/24", "192.0.2.255", true },
	{ "another address", "192.0.2.0/25", "192.0.2.255", false },
	{ "another family", "::/0", "192.0.2.0/24", false },
	{ "the last address of all", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true },
};

static void networks_are_covered(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(covers); i++) {
		const char *label = covers[i].label;
		struct networks networks = { 0 }, wanted = { 0 };

		check_int(label, networks_parse(covers[i].networks, &networks, NULL), 0);
		check_int(label, networks_parse(covers[i].wanted, &wanted, NULL), 0);
		check_int(label, networks_cover(&networks, &wanted.list[0]),
			  covers[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(families_are_covered),
		cmocka_unit_test(networks_are_covered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
