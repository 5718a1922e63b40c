/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/queue.h"

#include "site.h"

#include "core/seal.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const struct {
	const char *label, *wait;
	long age; /* of the only entry */
	bool want;
} stuck_cases[] = {
	{ "new", "2s", 0, false },
	{ "has waited as long", "2s", 2, false },
	{ "has waited longer", "2s", 3, true },
	{ "from the future", "2s", -10, false },
	{ "part of a second", "1500ms", 2, false },
	{ "more than that", "1500ms", 3, true },
	{ "no wait", "0", 0, false },
	{ "no wait, old", "0", 1, true },
};

static void an_old_entry_is_a_stuck_queue(void **state)
{
	struct site *site = *state;

	check_false("empty", queue_is_stuck(&site->job));
	for (size_t i = 0; i < COUNT(stuck_cases); i++) {
		site_set(site, "wait", stuck_cases[i].wait);
		site_lease(site, LEASE_PENDING, "192.0.2.7", -stuck_cases[i].age);
		check_int(stuck_cases[i].label, queue_is_stuck(&site->job),
			  stuck_cases[i].want);
	}
}

/* Commits go on, whatever has not had its turn yet; also one that the login itself has
 * made since it began. */
static void a_new_seal_tells_that_it_is_not(void **state)
{
	static const struct {
		const char *label;
		long at;
		bool want;
	} cases[] = {
		{ "just now", 0, false },
		{ "within the wait", -1, false },
		{ "as long ago as the wait", -2, true },
		{ "long ago", -3600, true },
		{ "since the login began", 1, false },
		{ "as late as it may wait", 3, false },
		{ "from the future", 4, true },
	};
	struct site *site = *state;
	const struct seal seal = { .leases = 0 };
	char path[SCRATCH_PATH];

	site_lease(site, LEASE_PENDING, "192.0.2.7", -60);
	check_true("no seal", queue_is_stuck(&site->job));
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(seal_write(&site->settings, &seal, NULL), 0);
		scratch_date(scratch_path(&site->scratch, "run/seal", path),
			     site->job.now.tv_sec + cases[i].at);
		check_int(cases[i].label, queue_is_stuck(&site->job), cases[i].want);
	}
}

static void one_old_among_many_is_enough(void **state)
{
	struct site *site = *state;
	char address[32];

	for (int i = 1; i < 60; i++) {
		(void)snprintf(address, sizeof(address), "192.0.2.%d", i);
		site_lease(site, LEASE_PENDING, address, 0);
	}
	check_false("all new", queue_is_stuck(&site->job));
	site_lease(site, LEASE_PENDING, "192.0.2.30", -60);
	check_true("one old", queue_is_stuck(&site->job));
}

/* Whatever else lies there: the queue's age is that of its leases. */
static void junk_does_not_hide_an_old_entry(void **state)
{
	struct site *site = *state;
	char name[64];

	for (int i = 0; i < 60; i++) {
		(void)snprintf(name, sizeof(name), "pending/junk%d", i);
		const int fd = openat(site->leases.fd, name,
				      O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		assert_true(fd >= 0);
		(void)close(fd);
	}
	check_false("junk alone", queue_is_stuck(&site->job));
	site_lease(site, LEASE_PENDING, "192.0.2.7", -60);
	check_true("an old entry", queue_is_stuck(&site->job));
}

static const struct {
	const char *label, *most;
	long shown; /* -1: no seal */
	int waiting;
	bool want;
} full_cases[] = {
	{ "room", "3", 2, 0, false },
	{ "reached", "3", 3, 0, true },
	{ "beyond", "3", 4, 0, true },
	{ "with those that wait", "3", 2, 1, true },
	{ "room for one", "3", 1, 1, false },
	{ "only those that wait", "3", 0, 3, true },
	{ "no seal", "3", -1, 2, false },
	{ "no seal, as many wait", "3", -1, 3, true },
};

/* In trouble a login leaves its lease there. */
static void what_is_deferred_waits_too(void **state)
{
	struct site *site = *state;

	site_table(site, NULL);
	site_set(site, "max_leases", "3");
	site_lease(site, LEASE_PENDING, "192.0.2.1", 0);
	site_lease(site, LEASE_DEFERRED, "192.0.2.2", 0);
	check_false("two", queue_is_full(&site->job));
	site_lease(site, LEASE_DEFERRED, "192.0.2.3", 0);
	check_true("three", queue_is_full(&site->job));
}

static void both_count_against_max_leases(void **state)
{
	struct site *site = *state;

	site_table(site, NULL);
	for (size_t i = 0; i < COUNT(full_cases); i++) {
		struct seal seal = { .leases = full_cases[i].shown };
		char address[32];

		site_set(site, "max_leases", full_cases[i].most);
		assert_int_equal(lease_empty(&site->leases, LEASE_PENDING, NULL), 0);
		for (int j = 0; j < full_cases[i].waiting; j++) {
			(void)snprintf(address, sizeof(address), "192.0.2.%d", j);
			site_lease(site, LEASE_PENDING, address, 0);
		}
		assert_int_equal(map_identity_of(site->settings.map_path, &seal.map), 0);
		assert_int_equal(seal_write(&site->settings, &seal, NULL), 0);
		if (full_cases[i].shown < 0)
			seal_break(&site->settings);
		check_int(full_cases[i].label, queue_is_full(&site->job),
			  full_cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(an_old_entry_is_a_stuck_queue),
		AT_SITE(a_new_seal_tells_that_it_is_not),
		AT_SITE(one_old_among_many_is_enough),
		AT_SITE(junk_does_not_hide_an_old_entry),
		AT_SITE(both_count_against_max_leases),
		AT_SITE(what_is_deferred_waits_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
