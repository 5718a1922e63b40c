/* SPDX-License-Identifier: BSD-2-Clause */
/* What the administrator has blocked is shut, and stays so until it ends. */
#include "core/revoke.h"

#include "site.h"

#include "core/blocks.h"
#include "core/complaint.h"
#include "core/expire.h"
#include "core/expiry_watch.h"
#include "core/grant.h"
#include "core/hold.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define A "192.0.2.7"
#define B "192.0.2.8"
#define C "198.51.100.9"
#define HIS "10=REJECT\n"
#define UNTIL (SITE_NOW + 7200)
#define UNTIL_TEXT "2001-09-09T03:46:40Z"

static const struct pair his[] = { { "10", "REJECT" }, { NULL, NULL } };

static void make_blocks(struct blocks *ret, const char *user, const char *network,
			time_t until)
{
	struct block block;

	if (user)
		block_of_user(&block, user, until);
	else
		assert_int_equal(block_of_network(&block, network, until, NULL), 0);
	assert_int_equal(blocks_set(ret, &block), 0);
}

static int block_it(const struct site *site, const char *user, const char *network)
{
	cleanup_blocks struct blocks blocks = { 0 };
	struct commit_result result = { 0 };
	struct why why = { 0 };

	make_blocks(&blocks, user, network, UNTIL);
	return revoke_and_block(&site->job, &blocks, &result, &why);
}

static int log_in(const struct site *site, const char *address, const char *user)
{
	const struct client_address client = site_client(address);
	struct lease lease;
	struct why why = { 0 };

	lease_make(&lease, &client, user, "dovecot", site->job.now);
	return grant(&site->job, &lease, &client, &why);
}

/* A and B have leases, of user horn. */
static struct site *site_with_leases(void **state)
{
	struct site *site = *state;

	site_table(site, his);
	site_lease(site, LEASE_ACTIVE, A, 0);
	site_lease(site, LEASE_ACTIVE, B, 0);
	site_seal(site);
	site->settings.refuse_own = false;
	assert_int_equal(expiry_watch_touch(&site->job, NULL), 0);
	return site;
}

static const struct {
	const char *label, *user, *network;
	const char *want_table, *want_told;
} block_cases[] = {
	{ "an address", NULL, A, HIS OURS(B) MARKER(B),
	  "block " A " until " UNTIL_TEXT "\nremoved " A "\n" },
	{ "a network", NULL, "192.0.2.0/24", HIS,
	  "block 192.0.2.0/24 until " UNTIL_TEXT "\n" },
	{ "a user", "horn", NULL, HIS, "block user horn until " UNTIL_TEXT "\n" },
	{ "nobody who is open", NULL, C, HIS OURS(A) OURS(B) MARKER(A) MARKER(B),
	  "block " C " until " UNTIL_TEXT "\n" },
	{ "another user", "horns", NULL, HIS OURS(A) OURS(B) MARKER(A) MARKER(B),
	  "block user horns until " UNTIL_TEXT "\n" },
};

static void what_is_blocked_ends_now(void **state)
{
	for (size_t i = 0; i < COUNT(block_cases); i++) {
		const char *label = block_cases[i].label;
		struct site *site;

		assert_int_equal(site_setup(state), 0);
		site = site_with_leases(state);
		check_int(label,
			  block_it(site, block_cases[i].user, block_cases[i].network), 0);
		check_table(label, site, block_cases[i].want_table);
		/* In the folder's own order behind that. */
		check_contains(label, site->told, block_cases[i].want_told);
		check_tidy(label, site);
		assert_int_equal(site_teardown(state), 0);
	}
}

static const struct {
	const char *label, *user, *network, *address, *login;
	long later;
	int want;
	const char *want_told;
} login_cases[] = {
	{ "the address", NULL, C, C, "horn", 0, GRANT_BLOCKED,
	  "blocked " C " by " C " is blocked until " UNTIL_TEXT "\n" },
	{ "in the network", NULL, "198.51.100.0/24", C, "horn", 0, GRANT_BLOCKED,
	  "blocked " C " by 198.51.100.0/24 is blocked until " UNTIL_TEXT "\n" },
	{ "the user", "eve", NULL, C, "eve", 0, GRANT_BLOCKED,
	  "blocked " C " by user eve is blocked until " UNTIL_TEXT "\n" },
	{ "another user from there", "eve", NULL, C, "horn", 0, GRANT_OPENED,
	  "inserted " C "\n" },
	{ "another address", NULL, C, "198.51.100.10", "horn", 0, GRANT_OPENED,
	  "inserted 198.51.100.10\n" },
	{ "a blocked user renews nobody's lease", "eve", NULL, A, "eve", 0, GRANT_BLOCKED,
	  "blocked " A " by user eve is blocked until " UNTIL_TEXT "\n" },
	{ "until it ends", NULL, C, C, "horn", 7199, GRANT_BLOCKED,
	  "blocked " C " by " C " is blocked until " UNTIL_TEXT "\n" },
	{ "and then no more", NULL, C, C, "horn", 7200, GRANT_OPENED,
	  "inserted " C "\n" },
};

static void a_login_opens_nothing_blocked(void **state)
{
	for (size_t i = 0; i < COUNT(login_cases); i++) {
		const char *label = login_cases[i].label;
		struct site *site;

		assert_int_equal(site_setup(state), 0);
		site = site_with_leases(state);
		check_int(label,
			  block_it(site, login_cases[i].user, login_cases[i].network), 0);
		site_clock(site, login_cases[i].later);
		(void)expiry_watch_touch(&site->job, NULL);
		site->told[0] = '\0';
		check_int(label,
			  log_in(site, login_cases[i].address, login_cases[i].login),
			  login_cases[i].want);
		check_told(label, site, login_cases[i].want_told);
		assert_int_equal(site_teardown(state), 0);
	}
}

/* A login that was quicker than the block, or a worker that may not look at it. */
static void a_commit_opens_nothing_blocked(void **state)
{
	static const enum lease_folder folders[] = { LEASE_PENDING, LEASE_DEFERRED };

	for (size_t i = 0; i < COUNT(folders); i++) {
		const char *label = lease_folder_name(folders[i]);
		struct site *site;

		assert_int_equal(site_setup(state), 0);
		site = site_with_leases(state);
		check_int(label, block_it(site, NULL, C), 0);
		site_lease(site, folders[i], C, 0);
		site->told[0] = '\0';
		check_int(label,
			  site_commit(site, (struct commit_order){ 0 }, NULL, NULL), 0);
		check_where(label, site, C, "");
		check_table(label, site, HIS OURS(A) OURS(B) MARKER(A) MARKER(B));
		check_told(label, site,
			   "blocked " C " by " C " is blocked until " UNTIL_TEXT "\n");
		assert_int_equal(site_teardown(state), 0);
	}
}

/* Its record goes with the lease that ends, and that is told. */
static void blocked_in_the_queue_it_keeps_nothing_open(void **state)
{
	cleanup_blocks struct blocks blocks = { 0 };
	struct commit_result result = { 0 };
	struct why why = { 0 };
	struct site *site = site_with_leases(state);
	const struct client_address client = site_client(A);

	make_blocks(&blocks, NULL, A, 0);
	check_int("blocked", blocks_write(&site->leases, &blocks, NULL), 0);
	assert_int_equal(lease_move(&site->leases, LEASE_ACTIVE, LEASE_ENDING, &client),
			 0);
	assert_int_equal(
		lease_touch(&site->leases, LEASE_ENDING, &client, (struct timespec){ 0 }),
		0);
	site_lease(site, LEASE_PENDING, A, 0);
	check_int("timer", expire(&site->job, &result, &why), 0);
	check_table("timer", site, HIS OURS(B) MARKER(B));
	check_contains("timer", site->told, "removed " A);
	check_int("timer", result.removed, 1);
}

/* Whoever blocked it died before it ended it, or renamed a lease back. */
static void the_timer_ends_what_is_blocked(void **state)
{
	static const struct {
		const char *label, *user, *network;
	} cases[] = { { "address", NULL, A }, { "user", "horn", NULL } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		cleanup_blocks struct blocks blocks = { 0 };
		struct commit_result result = { 0 };
		struct why why = { 0 };
		struct site *site;

		assert_int_equal(site_setup(state), 0);
		site = site_with_leases(state);
		make_blocks(&blocks, cases[i].user, cases[i].network, UNTIL);
		check_int("blocked", blocks_write(&site->leases, &blocks, NULL), 0);
		site_lease(site, LEASE_PENDING, A, 0);
		check_int(cases[i].label, expire(&site->job, &result, &why), 0);
		check_where(cases[i].label, site, A, "");
		check_table(cases[i].label, site,
			    cases[i].user ? HIS : HIS OURS(B) MARKER(B));
		assert_int_equal(site_teardown(state), 0);
	}
}

static int one_connection(const void *context, const unsigned short *ports,
			  const struct connection_sink *sink, struct why *why)
{
	struct sockaddr_in peer = { .sin_family = AF_INET };

	(void)context;
	(void)ports;
	(void)why;
	assert_int_equal(inet_pton(AF_INET, A, &peer.sin_addr), 1);
	sink->found(sink->to, (const struct sockaddr *)&peer);
	return 0;
}

static void a_connection_holds_nothing_blocked(void **state)
{
	static const struct connection_source source = { one_connection, NULL };
	struct site *site = site_with_leases(state);
	cleanup_blocks struct blocks blocks = { 0 };
	struct commit_result result = { 0 };
	struct why why = { 0 };

	site_set(site, "hold_open", "yes");
	site->job.connections = &source;
	site_clock(site, 1000);
	check_int("held", expire(&site->job, &result, &why), 0);
	check_where("held", site, A, "active");
	make_blocks(&blocks, NULL, A, UNTIL);
	check_int("written", blocks_write(&site->leases, &blocks, NULL), 0);
	check_int("blocked", expire(&site->job, &result, &why), 0);
	check_where("blocked", site, A, "");
}

static void unblocked_it_may_be_opened(void **state)
{
	struct site *site = site_with_leases(state);
	cleanup_blocks struct blocks blocks = { 0 };
	struct why why = { 0 };

	make_blocks(&blocks, NULL, A, 0);
	check_int("blocked", block_it(site, NULL, A), 0);
	check_int("shut", log_in(site, A, "horn"), GRANT_BLOCKED);
	site->told[0] = '\0';
	check_int("unblock", unblock(&site->job, &blocks, &why), 1);
	check_told("unblock", site, "unblock " A "\n");
	check_int("once", unblock(&site->job, &blocks, &why), 0);
	check_told("once", site, "");
	check_int("open", log_in(site, A, "horn"), GRANT_OPENED);
}

/* Nobody knows who is blocked: nothing is opened, all else goes on. */
static void a_damaged_list_opens_nobody_and_closes_all_the_same(void **state)
{
	struct site *site = site_with_leases(state);
	struct commit_result result = { 0 };
	char path[SCRATCH_PATH];
	struct why why = { 0 };

	scratch_write(scratch_path(&site->scratch, "state/blocked", path), "x\n", 2);
	check_int("login", log_in(site, C, "horn"), -EINVAL);
	site_clock(site, 900);
	site_lease(site, LEASE_PENDING, C, 900);
	site_lease(site, LEASE_ACTIVE, B, 900);
	check_int("timer", expire(&site->job, &result, &why), -EINVAL);
	check_contains("timer", why.text, "nothing new is opened; remove the line");
	check_where("closed", site, A, "");
	check_where("waits", site, C, "deferred");
	check_table("timer", site, HIS OURS(B) MARKER(B));
	check_int("again", expire(&site->job, &result, &why), -EINVAL);
	check_true("is said once", result.known_failure);
	site_clock(site, 901);
	assert_int_equal(unlink(path), 0);
	site_lease(site, LEASE_PENDING, C, 901);
	check_int("mended", expire(&site->job, &result, &why), 0);
	check_where("mended", site, C, "active");
}

/* It is on the disk before the map is asked. */
static void a_block_is_not_forgotten(void **state)
{
	struct site *site = site_with_leases(state);
	struct commit_result result = { 0 };
	struct why why = { 0 };

	strcpy(site->settings.map_type, "fail");
	site_set(site, "backend_dir", getenv("SAP_FAIL_BACKEND"));
	check_int("failed", block_it(site, NULL, A), -EIO);
	strcpy(site->settings.map_type, "hash");
	site_set(site, "backend_dir", getenv("SAP_BACKENDS"));
	check_int("shut", log_in(site, A, "horn"), GRANT_BLOCKED);
	check_int("next run", expire(&site->job, &result, &why), 0);
	check_table("next run", site, HIS OURS(B) MARKER(B));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_blocked_ends_now),
		cmocka_unit_test(a_login_opens_nothing_blocked),
		cmocka_unit_test(a_commit_opens_nothing_blocked),
		cmocka_unit_test(the_timer_ends_what_is_blocked),
		AT_SITE(blocked_in_the_queue_it_keeps_nothing_open),
		AT_SITE(a_connection_holds_nothing_blocked),
		AT_SITE(unblocked_it_may_be_opened),
		AT_SITE(a_damaged_list_opens_nobody_and_closes_all_the_same),
		AT_SITE(a_block_is_not_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
