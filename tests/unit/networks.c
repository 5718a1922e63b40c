/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/networks.h"

#include "check.h"

#include "base/why.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *label, *text;
	int want_error;
	size_t want_count;
} parse_cases[] = {
	{ "none", "", 0, 0 },
	{ "blanks only", " ,\t ", 0, 0 },
	{ "one", "192.0.2.0/24", 0, 1 },
	{ "a host", "192.0.2.7", 0, 1 },
	{ "everything", "0.0.0.0/0 ::/0", 0, 2 },
	{ "a mapped host is IPv4", "::ffff:192.0.2.7", 0, 1 },
	{ "blanks and commas", " 192.0.2.0/24,2001:db8::/32\t::1 ,", 0, 3 },
	{ "bits behind the prefix", "192.0.2.7/24", -EINVAL, 0 },
	{ "one bit behind the prefix", "2001:db8:8000::/32", -EINVAL, 0 },
	{ "prefix too long", "192.0.2.0/33", -EINVAL, 0 },
	{ "IPv6 prefix too long", "2001:db8::/129", -EINVAL, 0 },
	{ "prefix beyond all numbers", "::/99999999999999999999", -EINVAL, 0 },
	{ "no prefix behind the slash", "192.0.2.0/", -EINVAL, 0 },
	{ "negative prefix", "192.0.2.0/-1", -EINVAL, 0 },
	{ "prefix with a sign", "192.0.2.0/+24", -EINVAL, 0 },
	{ "prefix and more", "192.0.2.0/24x", -EINVAL, 0 },
	{ "a netmask", "192.0.2.0/255.255.255.0", -EINVAL, 0 },
	{ "a short form", "192.0.2/24", -EINVAL, 0 },
	{ "a name", "example.org", -EINVAL, 0 },
	{ "one bad among good ones", "192.0.2.0/24 x 10.0.0.0/8", -EINVAL, 0 },
	{ "a word longer than any network",
	  "1111111111222222222233333333334444444444555555555566666666667777", -EINVAL,
	  0 },
};

static void parse_takes_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(parse_cases); i++) {
		struct networks got = { .count = 99 };
		struct why why = { 0 };
		const char *label = parse_cases[i].label;

		check_int(label, networks_parse(parse_cases[i].text, &got, &why),
			  parse_cases[i].want_error);
		check_int(label, got.count,
			  parse_cases[i].want_error ? 99 : parse_cases[i].want_count);
		check_int(label, why.text[0] != '\0', parse_cases[i].want_error != 0);
	}
}

static void parse_has_a_limit(void **state)
{
	char text[16 * (NETWORKS_MAX + 1)] = "";
	struct networks got;

	(void)state;
	for (size_t i = 0; i < NETWORKS_MAX; i++)
		(void)snprintf(text + strlen(text), 16, "10.0.0.%zu ", i);
	check_int("as many as fit", networks_parse(text, &got, NULL), 0);
	check_int("as many as fit", got.count, NETWORKS_MAX);
	(void)strcat(text, "10.1.0.0");
	check_int("one more", networks_parse(text, &got, NULL), -E2BIG);
}

static const struct {
	const char *label, *networks, *client;
	bool want;
} contain_cases[] = {
	{ "in none", "", "192.0.2.7", false },
	{ "first", "192.0.2.0/24", "192.0.2.0", true },
	{ "last", "192.0.2.0/24", "192.0.2.255", true },
	{ "before", "192.0.2.0/24", "192.0.1.255", false },
	{ "behind", "192.0.2.0/24", "192.0.3.0", false },
	{ "in a byte, last", "192.0.2.64/26", "192.0.2.127", true },
	{ "in a byte, behind", "192.0.2.64/26", "192.0.2.128", false },
	{ "in a byte, before", "192.0.2.64/26", "192.0.2.63", false },
	{ "one bit", "128.0.0.0/1", "129.1.1.1", true },
	{ "other bit", "128.0.0.0/1", "127.1.1.1", false },
	{ "a host", "192.0.2.7", "192.0.2.7", true },
	{ "another host", "192.0.2.7", "192.0.2.6", false },
	{ "mapped client", "192.0.2.0/24", "::ffff:192.0.2.7", true },
	{ "all of IPv4", "0.0.0.0/0", "203.0.113.9", true },
	{ "IPv6 is not in all of IPv4", "0.0.0.0/0", "::1", false },
	{ "IPv4 is not in all of IPv6", "::/0", "192.0.2.7", false },
	{ "IPv6", "2001:db8::/32", "2001:db8:ffff::1", true },
	{ "other IPv6", "2001:db8::/32", "2001:db9::1", false },
	{ "IPv6 in a byte", "2001:db8:8000::/33", "2001:db8:ffff::", true },
	{ "IPv6 beside", "2001:db8:8000::/33", "2001:db8:7fff::", false },
	{ "in the second", "10.0.0.0/8 192.0.2.0/24", "192.0.2.7", true },
};

static void contain_compares_bits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(contain_cases); i++) {
		struct networks networks;
		struct client_address client;
		const char *label = contain_cases[i].label;

		check_int(label,
			  networks_parse(contain_cases[i].networks, &networks, NULL), 0);
		check_int(label, client_address_parse(contain_cases[i].client, &client),
			  0);
		check_int(label, networks_contain(&networks, &client),
			  contain_cases[i].want);
	}
}

static void a_network_is_printed_as_it_is_read(void **state)
{
	static const char *const texts[] = {
		"192.0.2.0/24", "192.0.2.7",   "0.0.0.0/0",	      "2001:db8::/32",
		"::/0",		"2001:db8::7", "2001:db8:1:2:3:4:5:6"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		char text[NETWORK_TEXT];
		struct networks got;

		check_int(texts[i], networks_parse(texts[i], &got, NULL), 0);
		check_text(texts[i], network_print(&got.list[0], text), texts[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_takes_lists),
		cmocka_unit_test(parse_has_a_limit),
		cmocka_unit_test(contain_compares_bits),
		cmocka_unit_test(a_network_is_printed_as_it_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
