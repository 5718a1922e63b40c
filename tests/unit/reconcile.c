/* SPDX-License-Identifier: BSD-2-Clause */
/* Whatever the table says by now: after a commit it says what the leases say. */
#include "core/reconcile.h"

#include "site.h"

#include <string.h>

#define A "192.0.2.7"
#define KEY6 "ipv6:2001:db8:0:0:0:0:0:1"
#define MARK_A "SAP:" A, "DUNNO pam_sap " A " RELAY"
#define HEALED(put_back, orphans)                                                        \
	"healed " put_back " put back, " orphans " without a lease removed\n"

struct heal_case {
	const char *label;
	struct pair records[6];
	const char *leases[3]; /* in active/ */
	const char *want_table, *want_told;
	long want_seal;
};

static const struct heal_case cases[] = {
	{ "nothing to do",
	  { { "10", "REJECT" }, { A, "RELAY" }, { MARK_A } },
	  { A },
	  "10=REJECT\n" OURS(A) MARKER(A),
	  "",
	  1 },
	{ "rebuilt from the text: put back",
	  { { "10", "REJECT" } },
	  { A, "2001:db8::1" },
	  "10=REJECT\n" OURS(A) MARKER(A) "SAP:2001:db8::1=DUNNO pam_sap " KEY6
					  " RELAY\n" KEY6 "=RELAY\n",
	  HEALED("2", "0"),
	  2 },
	{ "restored from a backup: an orphan goes",
	  { { A, "RELAY" }, { MARK_A }, { "10", "REJECT" } },
	  { NULL },
	  "10=REJECT\n",
	  HEALED("0", "1"),
	  0 },
	{ "marker without its record",
	  { { MARK_A } },
	  { A },
	  OURS(A) MARKER(A),
	  HEALED("1", "0"),
	  1 },
	{ "marker without its record and lease",
	  { { MARK_A } },
	  { NULL },
	  "",
	  HEALED("0", "1"),
	  0 },
	{ "folded marker of a lease",
	  { { A, "RELAY" }, { "sap:" A, "DUNNO pam_sap " A " RELAY" } },
	  { A },
	  OURS(A) "sap:" A "=DUNNO pam_sap " A " RELAY\n",
	  "",
	  1 },
	{ "folded marker without a lease",
	  { { A, "RELAY" }, { "sap:" A, "DUNNO pam_sap " A " RELAY" } },
	  { NULL },
	  "",
	  HEALED("0", "1"),
	  0 },
	{ "edited marker",
	  { { A, "RELAY" }, { "SAP:" A, "who is this" } },
	  { A },
	  OURS(A) "SAP:" A "=who is this\n",
	  "",
	  1 },
	{ "the other key form",
	  { { "connect:" A, "RELAY" },
	    { "SAP:" A, "DUNNO pam_sap connect:" A " RELAY" } },
	  { A },
	  OURS(A) MARKER(A),
	  HEALED("1", "1"),
	  1 },
	{ "another value",
	  { { A, "OK" }, { "SAP:" A, "DUNNO pam_sap " A " OK" } },
	  { A },
	  OURS(A) MARKER(A),
	  HEALED("1", "1"),
	  1 },
	{ "the administrator's, without a lease",
	  { { A, "RELAY" }, { "192.0.2.8", "REJECT" }, { "example.org", "OK" } },
	  { NULL },
	  A "=RELAY\n192.0.2.8=REJECT\nexample.org=OK\n",
	  "",
	  0 },
	{ "he refuses one of ours now",
	  { { A, "REJECT" }, { MARK_A } },
	  { A },
	  A "=REJECT\n",
	  "refused " A " by " A "\n",
	  0 },
	{ "he refuses its network now",
	  { { A, "RELAY" }, { MARK_A }, { "192.0.2", "REJECT" } },
	  { A },
	  "192.0.2=REJECT\n",
	  "refused " A " by 192.0.2\n",
	  0 },
	{ "he lets its network relay now",
	  { { A, "RELAY" }, { MARK_A }, { "192.0", "RELAY" } },
	  { A },
	  "192.0=RELAY\n",
	  "granted " A " by 192.0\n",
	  0 },
	{ "his value without a lease, our old marker",
	  { { A, "OK" }, { MARK_A } },
	  { NULL },
	  A "=OK\n",
	  HEALED("0", "1"),
	  0 },
};

static void set_case(struct site *site, const struct heal_case *one)
{
	for (enum lease_folder folder = 0; folder < LEASE_FOLDERS; folder++)
		assert_int_equal(lease_empty(&site->leases, folder, NULL), 0);
	site_table(site, one->records);
	for (size_t i = 0; i < COUNT(one->leases) && one->leases[i]; i++)
		site_lease(site, LEASE_ACTIVE, one->leases[i], 0);
}

static void the_table_says_what_the_leases_say(void **state)
{
	struct site *site = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct commit_order order = { .with_ending = true };
		const char *label = cases[i].label;

		set_case(site, &cases[i]);
		check_int(label, site_commit(site, order, NULL, NULL), 0);
		check_table(label, site, cases[i].want_table);
		check_told(label, site, cases[i].want_told);
		check_seal(label, site, cases[i].want_seal);
		check_tidy(label, site);
	}
}

/* What it did once, it has not to do again. */
static void healed_is_healed(void **state)
{
	struct site *site = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct commit_order order = { .with_ending = true };
		struct commit_result again = { 0 };
		const char *label = cases[i].label;

		set_case(site, &cases[i]);
		check_int(label, site_commit(site, order, NULL, NULL), 0);
		site->told[0] = '\0';
		scratch_date(site->settings.map_path, SITE_NOW + (long)i);
		check_seal("broken", site, -1);
		check_int(label, site_commit(site, order, &again, NULL), 0);
		check_false(label, again.exchanged);
		check_told(label, site, "");
	}
}

/* A pending one keeps its record: only its move was missing. */
static void a_waiting_lease_is_no_orphan(void **state)
{
	static const struct pair ours[] = { { A, "RELAY" }, { MARK_A }, { NULL, NULL } };
	static const enum lease_folder folders[] = { LEASE_PENDING, LEASE_DEFERRED };
	struct site *site = *state;

	for (size_t i = 0; i < COUNT(folders); i++) {
		const struct commit_order order = { .with_ending = true };
		struct commit_result result = { 0 };

		assert_int_equal(lease_empty(&site->leases, LEASE_ACTIVE, NULL), 0);
		site_table(site, ours);
		site_lease(site, folders[i], A, 0);
		check_int("commit", site_commit(site, order, &result, NULL), 0);
		check_false("table", result.exchanged);
		check_where("lease", site, A, "active");
	}
}

static DBT bytes_of(const void *data, size_t size)
{
	return (DBT){ .data = (void *)(uintptr_t)data, .size = (u_int32_t)size };
}

/* Records of any bytes, also such that look like ours. */
static void static_records_stay_byte_for_byte(void **state)
{
	static const char key[] = "\0SAP:192.0.2.1\xff", value[] = "RELAY\0\n";
	static const struct pair his[] = { { "SAP:example.org", "DUNNO pam_sap x RELAY" },
					   { "sap", "RELAY" },
					   { "Connect:10", "RELAY" },
					   { "From:spam@example.org", "REJECT" },
					   { NULL, NULL } };
	const struct commit_order order = { .with_ending = true };
	struct site *site = *state;
	char before[BERKELEY_TEXT], opened[BERKELEY_TEXT];

	site_table(site, his);
	const DBT raw_key = bytes_of(key, sizeof(key) - 1);
	const DBT raw_value = bytes_of(value, sizeof(value) - 1);
	berkeley_table_put(site->settings.map_path, &raw_key, &raw_value);
	(void)berkeley_table_text(site->settings.map_path, before);
	site_lease(site, LEASE_ACTIVE, "0.0.0.1", 0);
	check_int("open", site_commit(site, order, NULL, NULL), 0);
	check_contains("opened", berkeley_table_text(site->settings.map_path, opened),
		       MARKER("0.0.0.1"));
	assert_int_equal(lease_empty(&site->leases, LEASE_ACTIVE, NULL), 0);
	scratch_date(site->settings.map_path, SITE_NOW);
	check_int("close", site_commit(site, order, NULL, NULL), 0);
	check_table("as before", site, before);
}

/* ipv6_prefix was changed: a lease under a name that no login gives any more. */
static void a_lease_of_another_prefix_ends(void **state)
{
	static const struct pair his[] = { { "10", "REJECT" }, { NULL, NULL } };
	const struct commit_order order = { .with_ending = true };
	struct site *site = *state;

	site_table(site, his);
	site_lease(site, LEASE_ACTIVE, "2001:db8::1", 0);
	site_lease(site, LEASE_ACTIVE, "2001:db8:0:1::", 0);
	site_lease(site, LEASE_ACTIVE, A, 0);
	check_int("128", site_commit(site, order, NULL, NULL), 0);
	site->told[0] = '\0';
	site_set(site, "ipv6_prefix", "64");
	check_int("64", site_commit(site, order, NULL, NULL), 0);
	check_where("a host", site, "2001:db8::1", "");
	check_where("a network", site, "2001:db8:0:1::", "active");
	check_where("IPv4", site, A, "active");
	check_table(
		"64", site,
		"10=REJECT\n" OURS(A) MARKER(
			A) "SAP:2001:db8:0:1::=DUNNO pam_sap ipv6:2001:db8:0:1 RELAY\n"
			   "ipv6:2001:db8:0:1=RELAY\n");
	check_contains("told", site->told, "removed 2001:db8::1\n");
	check_seal("64", site, 2);
}

static void settled_ones_are_asked_about_anew(void **state)
{
	static const struct pair his[] = { { "10", "REJECT" }, { NULL, NULL } };
	const struct commit_order order = { .with_ending = true };
	struct site *site = *state;

	site_table(site, his);
	site_lease(site, LEASE_SETTLED, A, 0);
	check_int("commit", site_commit(site, order, NULL, NULL), 0);
	check_where("no longer settled", site, A, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(the_table_says_what_the_leases_say),
		AT_SITE(healed_is_healed),
		AT_SITE(a_waiting_lease_is_no_orphan),
		AT_SITE(static_records_stay_byte_for_byte),
		AT_SITE(a_lease_of_another_prefix_ends),
		AT_SITE(settled_ones_are_asked_about_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
