/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/grant.h"

#include "site.h"

#include "core/expiry_watch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define A "192.0.2.7"
#define B "2001:db8::1"
#define HIS "10=REJECT\n"
#define B_RECORDS                                                                        \
	"SAP:2001:db8::1=DUNNO pam_sap ipv6:2001:db8:0:0:0:0:0:1 RELAY\n"                \
	"ipv6:2001:db8:0:0:0:0:0:1=RELAY\n"

static const struct pair his[] = { { "10", "REJECT" }, { NULL, NULL } };

static int login(struct site *site, const char *address, struct why *why)
{
	const struct client_address client = site_client(address);
	struct lease lease;

	lease_make(&lease, &client, "horn", "dovecot", site->job.now);
	return grant(&site->job, &lease, &client, why);
}

static void check_login(const char *label, struct site *site, const char *address,
			int want)
{
	struct why why = { 0 };

	check_int(label, login(site, address, &why), want);
	check_text(label, why.text, "");
}

/* A table of the administrator's, and a timer that runs. */
static struct site *site_of(void **state)
{
	struct site *site = *state;

	site_table(site, his);
	assert_int_equal(expiry_watch_touch(&site->job, NULL), 0);
	return site;
}

static void a_new_client_is_opened(void **state)
{
	struct site *site = site_of(state);

	check_login("new", site, A, GRANT_OPENED);
	check_where("new", site, A, "active");
	check_table("new", site, HIS OURS(A) MARKER(A));
	check_told("new", site, "inserted " A "\n");
	check_seal("new", site, 1);
	check_tidy("new", site);
	check_login("another", site, B, GRANT_OPENED);
	check_table("another", site, HIS OURS(A) MARKER(A) B_RECORDS);
	check_seal("another", site, 2);
}

/* One touch, one stat, one look at the seal: no table, no backend, no lock. */
static void a_known_client_is_renewed(void **state)
{
	struct site *site = site_of(state);
	char lock[SCRATCH_PATH];

	check_login("new", site, A, GRANT_OPENED);
	check_told("new", site, "inserted " A "\n");
	const ino_t before = site_inode(site);
	site_set(site, "backend_dir", "/nowhere");
	assert_int_equal(unlink(scratch_path(&site->scratch, "state/commit.lock", lock)),
			 0);
	site_clock(site, 300);
	check_login("known", site, A, GRANT_RENEWED);
	check_int("renewed", site_login(site, LEASE_ACTIVE, A), 300);
	check_int("table", site_inode(site), before);
	check_int("lock", access(lock, F_OK), -1);
	check_told("nothing new", site, "");
	check_where("known", site, A, "active");
}

static const struct {
	const char *label;
	struct pair records[3];
	const char *want_table, *want_told;
} settled_cases[] = {
	{ "relays already",
	  { { A, "RELAY" } },
	  A "=RELAY\n",
	  "granted " A " by " A "\n" },
	{ "his network relays already",
	  { { "192.0.2", "RELAY" } },
	  "192.0.2=RELAY\n",
	  "granted " A " by 192.0.2\n" },
	{ "refused by its own key",
	  { { A, "REJECT" } },
	  A "=REJECT\n",
	  "refused " A " by " A "\n" },
	{ "refused by its connect: key",
	  { { "connect:" A, "550 no" } },
	  "connect:" A "=550 no\n",
	  "refused " A " by connect:" A "\n" },
	{ "refused by its network",
	  { { "192.0", "REJECT" } },
	  "192.0=REJECT\n",
	  "refused " A " by 192.0\n" },
	{ "refused by a network's connect: key",
	  { { "connect:192.0.2", "OK" } },
	  "connect:192.0.2=OK\n",
	  "refused " A " by connect:192.0.2\n" },
};

static void the_administrator_decides_once(void **state)
{
	struct site *site = site_of(state);

	for (size_t i = 0; i < COUNT(settled_cases); i++) {
		const char *label = settled_cases[i].label;
		struct client_address client = site_client(A);

		(void)lease_unlink(&site->leases, LEASE_SETTLED, &client);
		site_table(site, settled_cases[i].records);
		const ino_t before = site_inode(site);
		check_login(label, site, A, GRANT_SETTLED);
		check_told(label, site, settled_cases[i].want_told);
		check_where(label, site, A, "settled");
		check_table(label, site, settled_cases[i].want_table);
		check_login(label, site, A, GRANT_SETTLED);
		check_told(label, site, "");
		check_int(label, site_inode(site), before);
	}
}

static void decided_otherwise_it_is_opened(void **state)
{
	static const struct pair refusing[] = { { A, "REJECT" }, { NULL, NULL } };
	struct site *site = site_of(state);

	site_table(site, refusing);
	check_login("refused", site, A, GRANT_SETTLED);
	site_table(site, his);
	check_login("no longer", site, A, GRANT_OPENED);
	check_where("no longer", site, A, "active");
	check_table("no longer", site, HIS OURS(A) MARKER(A));
}

static void without_the_timer_nothing_new_is_opened(void **state)
{
	struct site *site = *state;
	char path[SCRATCH_PATH];

	site_table(site, his);
	check_login("never ran", site, A, GRANT_UNWATCHED);
	check_where("never ran", site, A, "");
	check_table("never ran", site, HIS);
	assert_int_equal(expiry_watch_touch(&site->job, NULL), 0);
	check_login("runs", site, A, GRANT_OPENED);
	site_clock(site, 601);
	check_login("stopped", site, B, GRANT_UNWATCHED);
	check_login("stopped, known", site, A, GRANT_RENEWED);
	site_set(site, "expiry_watch", "0");
	check_login("not asked for", site, B, GRANT_OPENED);
	assert_int_equal(unlink(scratch_path(&site->scratch, "state/expired", path)), 0);
}

static void beyond_max_leases_nothing_new_is_opened(void **state)
{
	struct site *site = site_of(state);

	site_set(site, "max_leases", "1");
	check_login("first", site, A, GRANT_OPENED);
	check_login("second", site, B, GRANT_FULL);
	check_where("second", site, B, "");
	check_login("first again", site, A, GRANT_RENEWED);
	check_table("table", site, HIS OURS(A) MARKER(A));
}

/* Without a seal, only the commit can count. */
static void the_commit_counts_too(void **state)
{
	struct site *site = site_of(state);

	site_set(site, "max_leases", "1");
	check_login("first", site, A, GRANT_OPENED);
	check_told("first", site, "inserted " A "\n");
	site_table(site, his);
	check_login("second", site, B, GRANT_FULL);
	check_told("second", site,
		   "full " B "\nhealed 1 put back, 0 without a lease removed\n");
	check_where("second", site, B, "");
	check_table("table", site, HIS OURS(A) MARKER(A));
}

static void the_hosts_own_addresses_are_not_opened(void **state)
{
	struct site *site = site_of(state);

	check_login("own", site, "127.0.0.1", GRANT_OWN);
	check_where("own", site, "127.0.0.1", "");
	site_set(site, "refuse_own", "no");
	check_login("wanted", site, "127.0.0.1", GRANT_OPENED);
}

/* With ipv6_prefix = 64 the lease is the network's; the login's own address counts. */
static void the_very_address_is_looked_at(void **state)
{
	struct site *site = site_of(state);
	const struct client_address own = site_client("127.0.0.1");
	const struct client_address client = site_client(A);
	struct lease lease;
	struct why why;

	lease_make(&lease, &client, "horn", "dovecot", site->job.now);
	check_int("own", grant(&site->job, &lease, &own, &why), GRANT_OWN);
}

static void a_replaced_table_is_healed_by_a_login(void **state)
{
	struct site *site = site_of(state);

	check_login("new", site, A, GRANT_OPENED);
	check_login("new", site, B, GRANT_OPENED);
	check_told("new", site, "inserted " A "\ninserted " B "\n");
	site_table(site, his);
	check_login("known", site, A, GRANT_RENEWED);
	check_table("known", site, HIS OURS(A) MARKER(A) B_RECORDS);
	check_told("known", site, "healed 2 put back, 0 without a lease removed\n");
	check_seal("known", site, 2);
	check_where("known", site, A, "active");
}

static void a_new_client_takes_along_all_that_wait(void **state)
{
	struct site *site = site_of(state);

	site_lease(site, LEASE_PENDING, "192.0.2.1", 0);
	site_lease(site, LEASE_PENDING, "192.0.2.2", 0);
	site_lease(site, LEASE_DEFERRED, "192.0.2.3", 0);
	check_login("new", site, A, GRANT_OPENED);
	check_seal("all", site, 4);
	check_int("pending", lease_count(&site->leases, LEASE_PENDING, NULL), 0);
	check_int("deferred", lease_count(&site->leases, LEASE_DEFERRED, NULL), 0);
	check_int("active", lease_count(&site->leases, LEASE_ACTIVE, NULL), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(a_new_client_is_opened),
		AT_SITE(a_known_client_is_renewed),
		AT_SITE(the_administrator_decides_once),
		AT_SITE(decided_otherwise_it_is_opened),
		AT_SITE(without_the_timer_nothing_new_is_opened),
		AT_SITE(beyond_max_leases_nothing_new_is_opened),
		AT_SITE(the_commit_counts_too),
		AT_SITE(the_hosts_own_addresses_are_not_opened),
		AT_SITE(the_very_address_is_looked_at),
		AT_SITE(a_replaced_table_is_healed_by_a_login),
		AT_SITE(a_new_client_takes_along_all_that_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
