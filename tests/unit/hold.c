/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/hold.h"

#include "site.h"

#include "core/batch.h"
#include "core/complaint.h"
#include "core/expire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define A "192.0.2.7"
#define B "192.0.2.8"
#define V6 "2001:db8:1:2:3:4:5:6"
#define NET "2001:db8:1:2::"
#define HOUR 3600
#define MOST (12 * HOUR)

static const struct pair his[] = { { "10", "REJECT" }, { NULL, NULL } };

/* Who is connected: addresses as a socket has them, and what asking came to. */
struct peers {
	const char *address[3];
	int error;
	int asked;
};

static void tell(const struct connection_sink *sink, const char *address)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, address, &in.sin_addr) == 1)
		sink->found(sink->to, (const struct sockaddr *)&in);
	else if (inet_pton(AF_INET6, address, &in6.sin6_addr) == 1)
		sink->found(sink->to, (const struct sockaddr *)&in6);
	else
		fail_msg("%s is no address", address);
}

static int each(const void *context, const unsigned short *ports,
		const struct connection_sink *sink, struct why *why)
{
	struct peers *peers = (struct peers *)(uintptr_t)context;

	peers->asked++;
	check_int("the first of the settings' ports", ports[0], 110);
	for (size_t i = 0; i < COUNT(peers->address) && peers->address[i]; i++)
		tell(sink, peers->address[i]);
	return peers->error < 0 ? why_say(why, peers->error, "the kernel is silent") : 0;
}

/* A site with hold_open whose connections are `source`'s. */
static struct site *site_of(void **state, struct connection_source *source,
			    struct peers *peers)
{
	struct site *site = *state;

	*source = (struct connection_source){ each, peers };
	site->job.connections = source;
	site_set(site, "hold_open", "yes");
	site_table(site, his);
	return site;
}

static void run(const char *label, const struct site *site, int want)
{
	struct commit_result result = { 0 };
	struct why why = { 0 };

	check_int(label, expire(&site->job, &result, &why), want);
}

static const struct {
	const char *label, *lease;
	long login, until, clock; /* seconds after the site's now; until 0 = none */
	struct peers peers;
	const char *setting, *value;
	bool want_held;
} cases[] = {
	{ "connected", A, 0, 0, 901, { { A }, 0, 0 }, NULL, NULL, true },
	{ "not connected", A, 0, 0, 901, { { NULL }, 0, 0 }, NULL, NULL, false },
	{ "another is", A, 0, 0, 901, { { B, V6 }, 0, 0 }, NULL, NULL, false },
	{ "another is, too", A, 0, 0, 901, { { B, A }, 0, 0 }, NULL, NULL, true },
	{ "twice", A, 0, 0, 901, { { A, A }, 0, 0 }, NULL, NULL, true },
	{ "IPv4-mapped", A, 0, 0, 901, { { "::ffff:" A }, 0, 0 }, NULL, NULL, true },
	{ "IPv6", V6, 0, 0, 901, { { V6 }, 0, 0 }, NULL, NULL, true },
	{ "a neighbour in IPv6",
	  V6,
	  0,
	  0,
	  901,
	  { { NET "1" }, 0, 0 },
	  NULL,
	  NULL,
	  false },
	{ "in its network", NET, 0, 0, 901, { { V6 }, 0, 0 }, "ipv6_prefix", "64", true },
	{ "in another network",
	  NET,
	  0,
	  0,
	  901,
	  { { "2001:db8:1:3::1" }, 0, 0 },
	  "ipv6_prefix",
	  "64",
	  false },
	{ "a lease of the other length",
	  V6,
	  0,
	  0,
	  901,
	  { { V6 }, 0, 0 },
	  "ipv6_prefix",
	  "64",
	  false },
	{ "just before max_lifetime",
	  A,
	  0,
	  0,
	  MOST - 1,
	  { { A }, 0, 0 },
	  NULL,
	  NULL,
	  true },
	{ "max_lifetime is over", A, 0, 0, MOST, { { A }, 0, 0 }, NULL, NULL, false },
	{ "another max_lifetime",
	  A,
	  0,
	  0,
	  HOUR,
	  { { A }, 0, 0 },
	  "max_lifetime",
	  "1h",
	  false },
	{ "a granted end", A, 0, HOUR, HOUR, { { A }, 0, 0 }, NULL, NULL, false },
	{ "a short grant, dated back",
	  A,
	  -600,
	  300,
	  301,
	  { { A }, 0, 0 },
	  NULL,
	  NULL,
	  false },
	{ "a login after a grant", A, 300, 600, 1201, { { A }, 0, 0 }, NULL, NULL, true },
	{ "revoked", A, -SITE_NOW, 0, 901, { { A }, 0, 0 }, NULL, NULL, false },
	{ "the kernel fails", A, 0, 0, 901, { { A }, -ENOENT, 0 }, NULL, NULL, false },
	{ "never, by now",
	  A,
	  0,
	  0,
	  901,
	  { { A }, 0, 0 },
	  "never",
	  "192.0.2.0/24",
	  false },
	{ "only others, by now",
	  A,
	  0,
	  0,
	  901,
	  { { A }, 0, 0 },
	  "only",
	  "10.0.0.0/8",
	  false },
	{ "switched off", A, 0, 0, 901, { { A }, 0, 0 }, "hold_open", "no", false },
};

static void put_lease(const struct site *site, size_t number)
{
	const struct client_address client = site_client(cases[number].lease);
	const struct timespec login = { .tv_sec = SITE_NOW + cases[number].login };
	struct lease lease;

	lease_make(&lease, &client, "horn", "dovecot", login);
	if (cases[number].until != 0)
		lease.until = SITE_NOW + cases[number].until;
	assert_int_equal(lease_create(&site->leases, LEASE_ACTIVE, &lease, NULL), 0);
}

/* A run of the timer and what is only shown say the same. */
static void check_case(void **state, size_t number)
{
	const char *label = cases[number].label;
	const struct client_address client = site_client(cases[number].lease);
	struct peers peers = cases[number].peers;
	struct connection_source source;
	struct site *site = site_of(state, &source, &peers);
	cleanup_batch struct batch shown = { 0 };
	struct lease lease;

	if (cases[number].setting)
		site_set(site, cases[number].setting, cases[number].value);
	put_lease(site, number);
	site_clock(site, cases[number].clock);
	assert_int_equal(lease_read(&site->leases, LEASE_ACTIVE, &client, &lease, NULL),
			 0);
	assert_int_equal(batch_add(&shown, &lease, LEASE_ACTIVE), 0);
	(void)hold_mark(&site->job, &shown, NULL);
	check_int(label, shown.entry[0].held, cases[number].want_held);
	run(label, site, 0);
	check_where(label, site, cases[number].lease,
		    cases[number].want_held ? "active" : "");
	if (cases[number].want_held)
		check_int(label, site_login(site, LEASE_ACTIVE, cases[number].lease),
			  cases[number].login);
}

static void who_is_held(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		void *fresh = NULL;

		(void)state;
		assert_int_equal(site_setup(&fresh), 0);
		check_case(&fresh, i);
		assert_int_equal(site_teardown(&fresh), 0);
	}
}

/* Neither the table nor the backend is opened, the seal stays. */
static void a_run_that_only_holds_changes_nothing(void **state)
{
	struct peers peers = { .address = { A } };
	struct connection_source source;
	struct site *site = site_of(state, &source, &peers);

	site_lease(site, LEASE_ACTIVE, A, 0);
	site_seal(site);
	const ino_t before = site_inode(site);
	site_set(site, "backend_dir", "/nowhere");
	for (int minute = 16; minute < 19; minute++) {
		site_clock(site, minute * 60L);
		run("held", site, 0);
	}
	check_told("held", site, "");
	check_seal("held", site, 1);
	check_int("the same table", site_inode(site), before);
	check_int("asked once a run", peers.asked, 3);
}

static void it_ends_when_the_connection_does(void **state)
{
	struct peers peers = { .address = { A } };
	struct connection_source source;
	struct site *site = site_of(state, &source, &peers);

	site_lease(site, LEASE_ACTIVE, A, 0);
	site_lease(site, LEASE_ACTIVE, B, 0);
	site_seal(site);
	site_clock(site, HOUR);
	run("A is held, B is not", site, 0);
	check_told("B", site, "removed " B "\n");
	check_table("B", site, "10=REJECT\n" OURS(A) MARKER(A));
	peers.address[0] = NULL;
	run("gone", site, 0);
	check_told("no word of max_lifetime", site, "removed " A "\n");
	check_table("gone", site, "10=REJECT\n");
	check_seal("gone", site, 0);
}

static void the_end_of_a_hold_is_said(void **state)
{
	struct peers peers = { .address = { A } };
	struct connection_source source;
	struct site *site = site_of(state, &source, &peers);

	site_lease(site, LEASE_ACTIVE, A, 0);
	site_seal(site);
	site_clock(site, MOST);
	run("over", site, 0);
	check_told("over", site, "removed " A " by max_lifetime is over\n");
	check_int("nothing may be held: nobody is asked", peers.asked, 0);
}

static void nobody_is_asked_in_vain(void **state)
{
	struct peers peers = { .address = { A, B } };
	struct connection_source source;
	struct site *site = site_of(state, &source, &peers);

	site_lease(site, LEASE_ACTIVE, A, 0);
	site_seal(site);
	site_clock(site, 899);
	run("none is due", site, 0);
	check_int("none is due", peers.asked, 0);
	check_where("a connection opens nothing", site, B, "");
	site_lease(site, LEASE_PENDING, B, -2 * HOUR);
	run("lapsed in the queue", site, 0);
	check_where("nor what has lapsed in the queue", site, B, "");
	site_set(site, "hold_open", "no");
	site_clock(site, 901);
	run("switched off", site, 0);
	check_int("switched off", peers.asked, 0);
}

/* What a run that failed left in ending/ is not called back by a connection. */
static void what_is_ending_ends(void **state)
{
	struct peers peers = { .address = { A } };
	struct connection_source source;
	struct site *site = site_of(state, &source, &peers);

	site_lease(site, LEASE_ACTIVE, A, 0);
	site_seal(site);
	const struct client_address client = site_client(A);
	assert_int_equal(lease_move(&site->leases, LEASE_ACTIVE, LEASE_ENDING, &client),
			 0);
	site_clock(site, HOUR);
	run("ending", site, 0);
	check_where("ending", site, A, "");
	check_table("ending", site, "10=REJECT\n");
}

/* Said once, and again after it has worked in between. */
static void a_silent_kernel_is_complained_of_once(void **state)
{
	static const struct {
		const char *label;
		int error;
		const char *want;
	} runs[] = {
		{ "first", -ENOENT, "unheld the kernel is silent\nremoved " A "\n" },
		{ "again", -ENOENT, "removed " A "\n" },
		{ "mended", 0, "" },
		{ "anew", -ENOENT, "unheld the kernel is silent\nremoved " A "\n" },
	};
	struct peers peers = { .address = { A } };
	struct connection_source source;
	struct site *site = site_of(state, &source, &peers);

	for (size_t i = 0; i < COUNT(runs); i++) {
		peers.error = runs[i].error;
		site_clock(site, 0);
		site_lease(site, LEASE_ACTIVE, A, 0);
		site_seal(site);
		site_clock(site, HOUR);
		run(runs[i].label, site, 0);
		check_told(runs[i].label, site, runs[i].want);
	}
}

/* Some hundred thousand comparisons; all with all would be ten thousand times more. */
static void many_leases_and_connections(void **state)
{
	enum { LEASES = 100000, CONNECTIONS = 10000 };
	const struct timespec now = { .tv_sec = SITE_NOW };
	cleanup_batch struct batch batch = { 0 };
	char text[CLIENT_ADDRESS_TEXT];

	(void)state;
	for (int i = LEASES; i > 0; i--) {
		struct lease lease;
		(void)snprintf(text, sizeof(text), "10.%d.%d.%d", i >> 16, (i >> 8) & 255,
			       i & 255);
		const struct client_address client = site_client(text);
		lease_make(&lease, &client, "horn", "dovecot", now);
		assert_int_equal(batch_add(&batch, &lease, LEASE_ACTIVE), 0);
	}
	batch_sort(&batch);
	for (int i = 1; i <= CONNECTIONS; i++) {
		(void)snprintf(text, sizeof(text), "10.%d.%d.%d", i >> 16, (i >> 8) & 255,
			       i & 255);
		const struct client_address client = site_client(text);
		const struct batch_entry *found =
			batch_find(&batch, &client, LEASE_ACTIVE);
		assert_non_null(found);
		assert_true(client_address_equal(&found->lease.client, &client));
		assert_null(batch_find(&batch, &client, LEASE_PENDING));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_held),
		AT_SITE(a_run_that_only_holds_changes_nothing),
		AT_SITE(it_ends_when_the_connection_does),
		AT_SITE(the_end_of_a_hold_is_said),
		AT_SITE(nobody_is_asked_in_vain),
		AT_SITE(what_is_ending_ends),
		AT_SITE(a_silent_kernel_is_complained_of_once),
		cmocka_unit_test(many_leases_and_connections),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
