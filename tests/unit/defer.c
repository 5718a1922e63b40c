/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/defer.h"

#include "site.h"

#include <errno.h>
#include <unistd.h>

static void the_queue_goes_out_of_sight(void **state)
{
	struct site *site = *state;

	site_lease(site, LEASE_PENDING, "192.0.2.1", 5);
	site_lease(site, LEASE_PENDING, "2001:db8::1", 6);
	site_lease(site, LEASE_ACTIVE, "192.0.2.2", 7);
	site_lease(site, LEASE_ENDING, "192.0.2.3", 8);
	check_int("defer", defer_queue(&site->job, NULL), 0);
	check_true("bell", lease_folder_empty(&site->leases, LEASE_PENDING));
	check_where("IPv4", site, "192.0.2.1", "deferred");
	check_where("IPv6", site, "2001:db8::1", "deferred");
	check_int("its time", site_login(site, LEASE_DEFERRED, "192.0.2.1"), 5);
	check_where("active", site, "192.0.2.2", "active");
	check_where("ending", site, "192.0.2.3", "ending");
	check_int("nothing left", defer_queue(&site->job, NULL), 0);
}

static void a_newer_one_replaces_a_deferred_one(void **state)
{
	struct site *site = *state;

	site_lease(site, LEASE_DEFERRED, "192.0.2.1", 5);
	site_lease(site, LEASE_PENDING, "192.0.2.1", 50);
	check_int("defer", defer_queue(&site->job, NULL), 0);
	check_where("one of them", site, "192.0.2.1", "deferred");
	check_int("the newer", site_login(site, LEASE_DEFERRED, "192.0.2.1"), 50);
}

static void junk_does_not_keep_the_bell_ringing(void **state)
{
	struct site *site = *state;
	char path[SCRATCH_PATH];

	scratch_write(scratch_path(&site->scratch, "state/pending/file", path), "", 0);
	assert_int_equal(
		mkdir(scratch_path(&site->scratch, "state/pending/folder", path), 0700),
		0);
	assert_int_equal(
		mkdir(scratch_path(&site->scratch, "state/pending/folder2", path), 0700),
		0);
	scratch_write(scratch_path(&site->scratch, "state/pending/folder2/x", path), "",
		      0);
	assert_int_equal(symlink("/nowhere", scratch_path(&site->scratch,
							  "state/pending/link", path)),
			 0);
	check_int("defer", defer_queue(&site->job, NULL), 0);
	check_true("bell", lease_folder_empty(&site->leases, LEASE_PENDING));
}

static void without_a_queue_it_says_so(void **state)
{
	struct site *site = *state;
	struct why why = { 0 };
	char path[SCRATCH_PATH];

	assert_int_equal(rmdir(scratch_path(&site->scratch, "state/pending", path)), 0);
	check_int("defer", defer_queue(&site->job, &why), -ENOENT);
	check_contains("defer", why.text, "/state/pending: ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(the_queue_goes_out_of_sight),
		AT_SITE(a_newer_one_replaces_a_deferred_one),
		AT_SITE(junk_does_not_keep_the_bell_ringing),
		AT_SITE(without_a_queue_it_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
