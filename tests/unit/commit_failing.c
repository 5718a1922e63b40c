/* SPDX-License-Identifier: BSD-2-Clause */
/* A commit that fails loses nothing: every lease stays where it is, `why` says why. */
#include "core/commit.h"

#include "site.h"

#include "base/cleanup.h"
#include "core/complaint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define PENDING "192.0.2.1"
#define DEFERRED "192.0.2.2"
#define ENDING "192.0.2.3"
#define ACTIVE "192.0.2.4"
#define BEFORE "10=REJECT\n" OURS(ENDING) OURS(ACTIVE) MARKER(ENDING) MARKER(ACTIVE)

static const struct pair his[] = { { "10", "REJECT" }, { NULL, NULL } };

static void break_backend(struct site *site)
{
	site_set(site, "backend_dir", getenv("SAP_FAIL_BACKEND"));
	strcpy(site->settings.map_type, "fail");
}

static void break_folder(struct site *site)
{
	site_set(site, "backend_dir", "/nowhere");
}

static void break_table(struct site *site)
{
	scratch_write(site->settings.map_path, "10 REJECT\n", 10);
}

static void break_type(struct site *site)
{
	strcpy(site->settings.map_type, "btree");
}

static void break_map_folder(struct site *site)
{
	site_set(site, "map", "hash:/nowhere/access.db");
}

static void break_link(struct site *site)
{
	char second[SCRATCH_PATH];

	assert_int_equal(link(site->settings.map_path,
			      scratch_path(&site->scratch, "second", second)),
			 0);
}

static void break_lock(struct site *site)
{
	/* Held until the process of this test ends. */
	const int fd = open(site->settings.map_path, O_RDWR | O_CLOEXEC);

	assert_int_equal(flock(fd, LOCK_EX), 0);
}

static void break_copy(struct site *site)
{
	char copy[SCRATCH_PATH];

	/* Somebody's folder where our copy should be. */
	assert_int_equal(
		mkdir(scratch_path(&site->scratch, "mail/.access.db.pam_sap", copy),
		      0700),
		0);
}

static const struct {
	const char *label;
	void (*break_it)(struct site *site);
	int want;
	const char *want_why;
} cases[] = {
	{ "failing backend", break_backend, -EIO, "the failing backend" },
	{ "no backend", break_folder, -EPROTONOSUPPORT, "is not installed" },
	{ "another type", break_type, -EBADMSG, "is a hash table: name it hash:" },
	{ "no folder", break_map_folder, -ENOENT, "/nowhere" },
	{ "second link", break_link, -EMLINK, "second hard link" },
	{ "rebuilt", break_lock, -EBUSY, "is being rebuilt" },
	{ "no copy", break_copy, -EISDIR, ".access.db.pam_sap" },
	{ "a text", break_table, -EBADMSG, "is a text file" },
};

static void set_leases(struct site *site)
{
	const struct client_address ending = site_client(ENDING);

	for (enum lease_folder folder = 0; folder < LEASE_FOLDERS; folder++)
		assert_int_equal(lease_empty(&site->leases, folder, NULL), 0);
	site_table(site, his);
	site_lease(site, LEASE_ACTIVE, ACTIVE, -10);
	site_lease(site, LEASE_ACTIVE, ENDING, -10);
	site_seal(site);
	assert_int_equal(lease_move(&site->leases, LEASE_ACTIVE, LEASE_ENDING, &ending),
			 0);
	site_lease(site, LEASE_PENDING, PENDING, -10);
	site_lease(site, LEASE_DEFERRED, DEFERRED, -10);
}

static void check_leases_stay(const char *label, const struct site *site)
{
	check_where(label, site, PENDING, "pending");
	check_where(label, site, DEFERRED, "deferred");
	check_where(label, site, ENDING, "ending");
	check_where(label, site, ACTIVE, "active");
	check_int(label, site_login(site, LEASE_PENDING, PENDING), -10);
}

static void nothing_is_lost(void **state)
{
	const struct commit_order order = { .with_ending = true };
	struct site *site = *state;
	const struct settings whole = site->settings;
	char copy[SCRATCH_PATH];

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct commit_result result = { .inserted = 99 };
		struct why why = { 0 };
		const char *label = cases[i].label;

		set_leases(site);
		cases[i].break_it(site);
		check_int(label, site_commit(site, order, &result, &why), cases[i].want);
		check_contains(label, why.text, cases[i].want_why);
		check_int(label, why.error, cases[i].want);
		check_int(label, result.inserted, 99);
		check_told(label, site, "");
		check_leases_stay(label, site);
		/* Mended. */
		site->settings = whole;
		(void)rmdir(
			scratch_path(&site->scratch, "mail/.access.db.pam_sap", copy));
		if (cases[i].break_it != break_table)
			check_table(label, site, BEFORE);
	}
}

static void without_a_run_folder_it_works_unsealed(void **state)
{
	const struct commit_order order = { .with_ending = true };
	struct site *site = *state;

	site_table(site, his);
	site_set(site, "run_dir", "/nowhere/run");
	site_lease(site, LEASE_PENDING, PENDING, 0);
	check_int("commit", site_commit(site, order, NULL, NULL), 0);
	check_where("commit", site, PENDING, "active");
	check_seal("unsealed", site, -1);
}

struct edit {
	const char *key;
	int error;
};

static int apply_edit(void *context, const struct table *table, struct why *why)
{
	const struct edit *edit = context;

	if (edit->error < 0)
		return why_say(why, edit->error, "the edit fails");
	const int error = table->backend->put(table->map, edit->key, "REJECT", why);
	return error < 0 ? error : 1;
}

static void an_edit_goes_along(void **state)
{
	struct edit edit = { "192.0.2", 0 };
	const struct commit_edit along = { .apply = apply_edit, .context = &edit };
	const struct commit_order order = { .edit = &along };
	struct site *site = *state;
	struct commit_result result = { 0 };

	set_leases(site);
	site_lease(site, LEASE_PENDING, "198.51.100.1", 0);
	check_int("commit", site_commit(site, order, &result, NULL), 0);
	check_true("exchanged", result.exchanged);
	/* It decides about leases of ours, at once. */
	check_where("his network", site, ACTIVE, "settled");
	check_where("his network", site, PENDING, "settled");
	check_where("another", site, "198.51.100.1", "active");
	check_table("table", site,
		    "10=REJECT\n192.0.2=REJECT\n" OURS("198.51.100.1")
			    MARKER("198.51.100.1"));
	check_seal("seal", site, 1);
}

static void an_edit_that_fails_changes_nothing(void **state)
{
	struct edit edit = { "x", -EPERM };
	const struct commit_edit along = { .apply = apply_edit, .context = &edit };
	const struct commit_order order = { .edit = &along };
	struct site *site = *state;
	struct why why = { 0 };

	set_leases(site);
	check_int("commit", site_commit(site, order, NULL, &why), -EPERM);
	check_text("commit", why.text, "the edit fails");
	check_where("queue", site, PENDING, "pending");
	check_table("table", site, BEFORE);
	check_tidy("tidy", site);
}

static int trials;
static int trial_says;

static int fake_trial(const struct table *table, const char *path, struct why *why)
{
	assert_non_null(table->map);
	trials++;
	return trial_says < 0 ? why_say(why, trial_says, "%s crashes it", path) : 0;
}

/* sapdb's look in a process of its own (job.h): at what it has not sealed, only there,
 * and it has the last word. */
static void a_foreign_table_has_its_trial(void **state)
{
	const struct commit_order order = { .with_ending = true };
	struct site *site = *state;
	struct why why = { 0 };

	set_leases(site);
	site->job.trial = fake_trial;
	trials = 0;
	check_int("sealed", site_commit(site, order, NULL, NULL), 0);
	check_int("sealed", trials, 0);

	set_leases(site);
	scratch_date(site->settings.map_path, SITE_NOW - 1);
	trials = 0;
	trial_says = -EBADMSG;
	check_int("refused", site_commit(site, order, NULL, &why), -EBADMSG);
	check_contains("refused", why.text, "crashes it");
	check_int("refused", trials, 1);
	check_leases_stay("refused", site);
	check_table("refused", site, BEFORE);
	check_tidy("refused", site);

	trial_says = 0;
	check_int("sound", site_commit(site, order, NULL, NULL), 0);
	check_int("sound", trials, 2);
	check_where("sound", site, PENDING, "active");
}

static void success_withdraws_the_complaint(void **state)
{
	const struct commit_order order = { .with_ending = true };
	struct site *site = *state;

	site_table(site, his);
	check_true("made",
		   complaint_make(site->settings.run_dir, COMPLAINT_MAP, "no disk"));
	check_int("commit", site_commit(site, order, NULL, NULL), 0);
	check_false("withdrawn",
		    complaint_withdraw(site->settings.run_dir, COMPLAINT_MAP));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(nothing_is_lost),
		AT_SITE(without_a_run_folder_it_works_unsealed),
		AT_SITE(an_edit_goes_along),
		AT_SITE(an_edit_that_fails_changes_nothing),
		AT_SITE(a_foreign_table_has_its_trial),
		AT_SITE(success_withdraws_the_complaint),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
