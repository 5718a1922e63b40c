/* SPDX-License-Identifier: BSD-2-Clause */
/* End leases by hand. To keep them shut: revoke_and_block.c. */
#include "core/revoke.h"
#include "core/expire.h"

#include "site.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define A "192.0.2.7"
#define B "192.0.2.8"
#define HIS "10=REJECT\n"

static const struct pair his[] = { { "10", "REJECT" }, { NULL, NULL } };

static int revoke_one(const struct site *site, const char *address, struct why *why)
{
	const struct client_address client = site_client(address);
	struct commit_result result = { 0 };

	return revoke_leases(&site->job, &client, 1, &result, why);
}

static const struct {
	const char *label;
	enum lease_folder folder;
	int want;
	const char *want_told;
} revoke_cases[] = {
	{ "active", LEASE_ACTIVE, 0, "removed " A "\n" },
	{ "pending", LEASE_PENDING, 0, "" },
	{ "deferred", LEASE_DEFERRED, 0, "" },
};

static void revoked_it_ends_now(void **state)
{
	for (size_t i = 0; i < COUNT(revoke_cases); i++) {
		struct site *site = site_sealed(state, B, NULL);
		const char *label = revoke_cases[i].label;
		struct why why = { 0 };

		site_lease(site, revoke_cases[i].folder, A, 0);
		if (revoke_cases[i].folder == LEASE_ACTIVE)
			site_seal(site);
		check_int(label, revoke_one(site, A, &why), revoke_cases[i].want);
		check_where(label, site, A, "");
		check_where(label, site, B, "active");
		check_table(label, site, HIS OURS(B) MARKER(B));
		check_told(label, site, revoke_cases[i].want_told);
		check_seal(label, site, 1);
	}
}

static void an_end_of_its_own_does_not_save_it(void **state)
{
	struct site *site = *state;
	const struct client_address client = site_client(A);
	struct lease lease;
	struct why why = { 0 };

	site_table(site, his);
	lease_make(&lease, &client, "horn", "sapdb", site->job.now);
	lease.until = SITE_NOW + 7200;
	assert_int_equal(lease_create(&site->leases, LEASE_ACTIVE, &lease, NULL), 0);
	site_seal(site);
	check_int("revoke", revoke_one(site, A, &why), 0);
	check_where("revoke", site, A, "");
	check_table("revoke", site, HIS);
}

static void many_are_one_commit(void **state)
{
	struct site *site = site_sealed(state, A, B);
	const struct client_address both[] = { site_client(A), site_client(B) };
	struct commit_result result = { 0 };
	struct why why = { 0 };

	check_int("both", revoke_leases(&site->job, both, 2, &result, &why), 0);
	check_int("removed", result.removed, 2);
	check_table("both", site, HIS);
}

static void nothing_to_revoke_is_said(void **state)
{
	struct site *site = site_sealed(state, A, NULL);
	struct why why = { 0 };

	check_int("none", revoke_one(site, B, &why), -ENOENT);
	check_contains("none", why.text, "there is no lease to revoke");
	check_where("other", site, A, "active");
}

/* The map cannot be changed now: the next run ends it, not a lifetime later. */
static void a_revocation_is_not_forgotten(void **state)
{
	struct site *site = site_sealed(state, A, NULL);
	struct commit_result result = { 0 };
	struct why why = { 0 };

	strcpy(site->settings.map_type, "fail");
	site_set(site, "backend_dir", getenv("SAP_FAIL_BACKEND"));
	check_int("failed", revoke_one(site, A, &why), -EIO);
	check_where("failed", site, A, "ending");
	strcpy(site->settings.map_type, "hash");
	site_set(site, "backend_dir", getenv("SAP_BACKENDS"));
	check_int("next run", expire(&site->job, &result, &why), 0);
	check_where("next run", site, A, "");
	check_table("next run", site, HIS);
	check_told("next run", site, "removed " A "\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(revoked_it_ends_now),
		AT_SITE(an_end_of_its_own_does_not_save_it),
		AT_SITE(many_are_one_commit),
		AT_SITE(nothing_to_revoke_is_said),
		AT_SITE(a_revocation_is_not_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
