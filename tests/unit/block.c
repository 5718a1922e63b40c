/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/block.h"

#include "check.h"

#include "base/why.h"

#include <errno.h>
#include <string.h>

#define NOW 1000000000L
#define UNTIL 1000007200L

static const struct {
	const char *label, *user, *network;
	long until;
	const char *want, *want_tell;
} print_cases[] = {
	{ "a host", NULL, "192.0.2.7", 0, "network=192.0.2.7 until=0\n",
	  "192.0.2.7 is blocked" },
	{ "with an end", NULL, "192.0.2.7", UNTIL, "network=192.0.2.7 until=1000007200\n",
	  "192.0.2.7 is blocked until 2001-09-09T03:46:40Z" },
	{ "a network", NULL, "192.0.2.0/24", 0, "network=192.0.2.0/24 until=0\n",
	  "192.0.2.0/24 is blocked" },
	{ "all", NULL, "0.0.0.0/0", 0, "network=0.0.0.0/0 until=0\n",
	  "0.0.0.0/0 is blocked" },
	{ "IPv6", NULL, "2001:DB8::/32", 0, "network=2001:db8::/32 until=0\n",
	  "2001:db8::/32 is blocked" },
	{ "an IPv6 host", NULL, "2001:db8::7", 0, "network=2001:db8::7 until=0\n",
	  "2001:db8::7 is blocked" },
	{ "a user", "horn", NULL, UNTIL, "user=horn until=1000007200\n",
	  "user horn is blocked until 2001-09-09T03:46:40Z" },
	{ "a user with a second line", "a b=c\nd", NULL, 0,
	  "user=a\\x20b\\x3dc\\x0ad until=0\n", "user a\\x20b\\x3dc\\x0ad is blocked" },
};

static void a_line_comes_back_as_it_was(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(print_cases); i++) {
		const char *label = print_cases[i].label;
		char line[BLOCK_LINE], text[BLOCK_TEXT];
		struct block block, again;

		if (print_cases[i].user)
			block_of_user(&block, print_cases[i].user, print_cases[i].until);
		else
			check_int(label,
				  block_of_network(&block, print_cases[i].network,
						   print_cases[i].until, NULL),
				  0);
		check_int(label, block_print(&block, line), strlen(print_cases[i].want));
		check_text(label, line, print_cases[i].want);
		check_int(label, block_parse(line, &again), 0);
		check_true(label, block_same(&block, &again));
		check_int(label, again.until, print_cases[i].until);
		check_text(label, block_tell(&again, " is blocked", text),
			   print_cases[i].want_tell);
	}
}

static void the_longest_user_fits(void **state)
{
	char name[4097], line[BLOCK_LINE], text[BLOCK_TEXT];
	struct block block, again;

	(void)state;
	memset(name, '\n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	block_of_user(&block, name, UNTIL);
	check_true("fits", block_print(&block, line) < sizeof(line));
	check_int("comes back", block_parse(line, &again), 0);
	check_true("the same", block_same(&block, &again));
	check_contains("told", block_tell(&block, " is blocked", text),
		       "until 2001-09-09T03:46:40Z");
}

static const char *const no_blocks[] = {
	"",
	"\n",
	"horn\n",
	"user=horn\n",
	"user=horn until=0",
	"user= until=0\n",
	"user=horn until=-1\n",
	"user=horn until=soon\n",
	"user=horn until=0 \n",
	"user=horn  until=0\n",
	"user=horn until=0 more=1\n",
	" user=horn until=0\n",
	"network=192.0.2.0/33 until=0\n",
	"network=192.0.2.7/24 until=0\n",
	"network=192.0.2.7,192.0.2.8 until=0\n",
	"network=mail.example until=0\n",
	"network= until=0\n",
	"until=0 user=horn\n",
	"user=a\tb until=0\n",
};

static void what_is_no_block_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(no_blocks); i++) {
		struct block block = { .until = 77 };

		check_int(no_blocks[i], block_parse(no_blocks[i], &block), -EINVAL);
		check_int(no_blocks[i], block.until, 77);
	}
}

static const struct {
	const char *label, *network;
	int want;
} network_cases[] = {
	{ "two", "192.0.2.1 192.0.2.2", -EINVAL },
	{ "none", "", -EINVAL },
	{ "a name", "mail.example", -EINVAL },
	{ "bits behind", "192.0.2.1/24", -EINVAL },
	{ "mapped is IPv4", "::ffff:192.0.2.7", 0 },
};

static void one_network_is_wanted(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(network_cases); i++) {
		struct why why = { 0 };
		struct block block;

		check_int(network_cases[i].label,
			  block_of_network(&block, network_cases[i].network, 0, &why),
			  network_cases[i].want);
		check_int(network_cases[i].label, why.text[0] != '\0',
			  network_cases[i].want < 0);
	}
}

static const struct {
	const char *label, *user, *network, *client;
	unsigned prefix;
	bool want;
} cover_cases[] = {
	{ "the host", NULL, "192.0.2.7", "192.0.2.7", 128, true },
	{ "its neighbour", NULL, "192.0.2.7", "192.0.2.8", 128, false },
	{ "the network", NULL, "192.0.2.0/24", "192.0.2.8", 128, true },
	{ "the user", "horn", NULL, "192.0.2.8", 128, true },
	{ "another user", "hor", NULL, "192.0.2.8", 128, false },
	{ "upper case is another", "Horn", NULL, "192.0.2.8", 128, false },
	{ "IPv6", NULL, "2001:db8::7", "2001:db8::7", 128, true },
	{ "its neighbour in IPv6", NULL, "2001:db8::7", "2001:db8::8", 128, false },
	{ "a lease of 64 bits", NULL, "2001:db8::7", "2001:db8::", 64, true },
	{ "another of 64 bits", NULL, "2001:db8::7", "2001:db8:0:1::", 64, false },
	{ "a part of its network", NULL, "2001:db8::100:0:0:0/72", "2001:db8::", 64,
	  true },
	{ "64 bits do not widen IPv4", NULL, "192.0.2.7", "192.0.2.8", 64, false },
};

static void a_block_covers_its_leases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cover_cases); i++) {
		const char *label = cover_cases[i].label;
		struct client_address client;
		struct block block;
		struct lease lease;

		check_int(label, client_address_parse(cover_cases[i].client, &client), 0);
		lease_make(&lease, &client, "horn", "pop3",
			   (struct timespec){ .tv_sec = NOW });
		if (cover_cases[i].user)
			block_of_user(&block, cover_cases[i].user, 0);
		else
			check_int(
				label,
				block_of_network(&block, cover_cases[i].network, 0, NULL),
				0);
		check_int(label, block_covers(&block, &lease, cover_cases[i].prefix),
			  cover_cases[i].want);
	}
}

static void it_is_over_at_its_end(void **state)
{
	struct block block;

	(void)state;
	block_of_user(&block, "horn", NOW);
	check_false("before", block_is_over(&block, NOW - 1));
	check_true("at", block_is_over(&block, NOW));
	block.until = 0;
	check_false("never", block_is_over(&block, NOW));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_comes_back_as_it_was),
		cmocka_unit_test(the_longest_user_fits),
		cmocka_unit_test(what_is_no_block_is_refused),
		cmocka_unit_test(one_network_is_wanted),
		cmocka_unit_test(a_block_covers_its_leases),
		cmocka_unit_test(it_is_over_at_its_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
