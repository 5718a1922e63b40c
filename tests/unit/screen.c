/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/screen.h"

#include "check.h"

#include "core/settings.h"

static const struct {
	const char *label, *never, *only, *client, *want;
} cases[] = {
	{ "plain", "", "", "192.0.2.7", NULL },
	{ "loopback", "", "", "127.0.0.1", "a loopback address" },
	{ "in never", "192.0.2.0/24", "", "192.0.2.7", "the setting never" },
	{ "not in never", "192.0.2.0/24", "", "198.51.100.7", NULL },
	{ "in only", "", "192.0.2.0/24", "192.0.2.7", NULL },
	{ "not in only", "", "192.0.2.0/24", "198.51.100.7", "the setting only" },
	{ "only IPv4", "", "0.0.0.0/0", "2001:db8::1", "the setting only" },
	{ "never wins", "192.0.2.7", "192.0.2.0/24", "192.0.2.7", "the setting never" },
	{ "only does not open loopback", "", "127.0.0.0/8", "127.0.0.1",
	  "a loopback address" },
	{ "never all", "0.0.0.0/0 ::/0", "", "2001:db8::1", "the setting never" },
};

static void some_are_never_opened(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct settings settings;
		struct client_address client;

		settings_default(&settings);
		(void)settings_set(&settings, "never", cases[i].never, SETTINGS_FILE,
				   NULL);
		(void)settings_set(&settings, "only", cases[i].only, SETTINGS_FILE, NULL);
		assert_int_equal(client_address_parse(cases[i].client, &client), 0);
		check_text(cases[i].label, screen_client(&settings, &client),
			   cases[i].want);
	}
}

/* ipv6_prefix = 64 opens a network: it must be one site's. */
static void a_translators_network_is_not_opened(void **state)
{
	static const struct {
		const char *label, *client;
		long prefix;
		bool want;
	} rows[] = {
		{ "IPv6", "2001:db8::1", 64, false },
		{ "6to4: a site's", "2002:c000:207::1", 64, false },
		{ "NAT64", "64:ff9b::c000:207", 64, true },
		{ "local NAT64", "64:ff9b:1::c000:207", 64, true },
		{ "Teredo", "2001:0:c000:201::3fff:fdf8", 64, true },
		{ "NAT64 alone", "64:ff9b::c000:207", 128, false },
		{ "Teredo alone", "2001:0:c000:201::3fff:fdf8", 128, false },
		{ "IPv4", "192.0.2.7", 64, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct settings settings;
		struct client_address client;

		settings_default(&settings);
		settings.ipv6_prefix = rows[i].prefix;
		assert_int_equal(client_address_parse(rows[i].client, &client), 0);
		check_int(rows[i].label, screen_client(&settings, &client) != NULL,
			  rows[i].want);
	}
}

static void own_addresses_are_the_kernels(void **state)
{
	struct client_address client;

	(void)state;
	assert_int_equal(client_address_parse("127.0.0.1", &client), 0);
	check_true("own", screen_is_own(&client));
	assert_int_equal(client_address_parse("2002:7f00:1::5", &client), 0);
	check_true("carried", screen_is_own(&client));
	assert_int_equal(client_address_parse("192.0.2.255", &client), 0);
	check_false("for documents only", screen_is_own(&client));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(some_are_never_opened),
		cmocka_unit_test(a_translators_network_is_not_opened),
		cmocka_unit_test(own_addresses_are_the_kernels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
