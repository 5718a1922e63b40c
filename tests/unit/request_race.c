/* SPDX-License-Identifier: BSD-2-Clause */
/* What happens between two looks of a login at a table that is not its own. */
#include "core/grant.h"

#include "site.h"

#include "base/deadline.h"
#include "core/commit_lock.h"
#include "core/expiry_watch.h"
#include "core/queue.h"
#include "core/seal.h"

#include <fcntl.h>
#include <unistd.h>

#define A "192.0.2.7"
#define B "192.0.2.8"
#define HIS "10=REJECT\n"

static const struct pair his[] = { { "10", "REJECT" }, { NULL, NULL } };

/* What is done behind the next look at the seal, or at the queue. */
static void (*behind_the_seal)(struct site *site);
static struct site *at;
static struct commit_lock others = { .fd = -1 };
static bool service_starts;
static int looks_until_done; /* at the queue; then the service has answered. 0: never */

bool __real_seal_matches(const struct settings *settings, const struct map_identity *map,
			 struct seal *ret);
bool __wrap_seal_matches(const struct settings *settings, const struct map_identity *map,
			 struct seal *ret);
bool __real_queue_is_stuck(const struct job *job);
bool __wrap_queue_is_stuck(const struct job *job);

bool __wrap_seal_matches(const struct settings *settings, const struct map_identity *map,
			 struct seal *ret)
{
	const bool matches = __real_seal_matches(settings, map, ret);
	void (*todo)(struct site *) = behind_the_seal;

	behind_the_seal = NULL;
	if (todo)
		todo(at);
	return matches;
}

bool __wrap_queue_is_stuck(const struct job *job)
{
	const struct client_address client = site_client(B);

	if (looks_until_done > 0) {
		if (--looks_until_done == 0)
			assert_int_equal(
				lease_unlink(job->leases, LEASE_PENDING, &client), 0);
		return true;
	}
	if (!service_starts)
		return __real_queue_is_stuck(job);
	if (others.fd < 0)
		assert_int_equal(commit_lock_take(job->leases, deadline_in(0), NULL,
						  &others, NULL),
				 0);
	return true;
}

static void check_login(const char *label, const char *address, int want,
			const char *want_why)
{
	const struct client_address client = site_client(address);
	struct lease lease;
	struct why why = { 0 };

	lease_make(&lease, &client, "horn", "dovecot", at->job.now);
	check_int(label, grant(&at->job, &lease, &client, &why), want);
	if (*want_why)
		check_contains(label, why.text, want_why);
	else
		check_text(label, why.text, "");
}

static void begin(void **state)
{
	at = *state;
	behind_the_seal = NULL;
	service_starts = false;
	looks_until_done = 0;
	site_table(at, his);
	assert_int_equal(expiry_watch_touch(&at->job, NULL), 0);
	site_seal(at);
	at->job.guest = true;
}

static void move_another_over_it(struct site *site)
{
	site_table(site, his);
}

/* Not even its time has to change when it is written in place: the ctime does. */
static void write_into_it(struct site *site)
{
	const int fd = open(site->settings.map_path, O_WRONLY | O_CLOEXEC);

	assert_int_equal(pwrite(fd, "\xff", 1, 100), 1);
	assert_int_equal(close(fd), 0);
}

static void a_table_written_behind_the_look_is_left_alone(void **state)
{
	begin(state);
	check_login("sealed", A, GRANT_OPENED, "");
	behind_the_seal = move_another_over_it;
	check_login("moved over", B, GRANT_WAITING, "");
	check_where("moved over", at, B, "pending");
	check_table("moved over", at, HIS);
	check_tidy("moved over", at);

	begin(state);
	check_login("sealed again", A, GRANT_RENEWED, "");
	behind_the_seal = write_into_it;
	check_login("written to", "192.0.2.9", GRANT_WAITING, "");
	check_where("written to", at, "192.0.2.9", "pending");
	check_tidy("written to", at);
}

static void a_service_that_has_begun_is_no_complaint(void **state)
{
	begin(state);
	site_table(at, his);
	service_starts = true;
	check_login("it works", A, GRANT_WAITING, "");
	commit_lock_release(&others);
	service_starts = false;
	site_lease(at, LEASE_PENDING, "192.0.2.1", -60);
	seal_break(&at->settings);
	check_login("nobody does", B, GRANT_WAITING, "start pam_sap-commit.path");
}

/* Between the end of the wait and the look at who is at work. */
static void a_service_that_has_just_ended_is_no_complaint(void **state)
{
	begin(state);
	site_table(at, his);
	looks_until_done = 2; /* before the wait, and behind it */
	check_login("it has answered", B, GRANT_WAITING, "");
	check_int("as late as it was meant", looks_until_done, 0);
	check_where("it has answered", at, B, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(a_table_written_behind_the_look_is_left_alone),
		AT_SITE(a_service_that_has_begun_is_no_complaint),
		AT_SITE(a_service_that_has_just_ended_is_no_complaint),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
