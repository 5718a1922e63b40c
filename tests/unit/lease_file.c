/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/lease_file.h"

#include "site.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NOBODY 65534
#define A "192.0.2.7"
#define A_LINE "user=horn service=dovecot opened=1000000000\n"

static const char *lease_path(const struct site *site, enum lease_folder folder,
			      const char *name, char path[static SCRATCH_PATH])
{
	(void)snprintf(path, SCRATCH_PATH, "%s/state/%s/%s", site->scratch.path,
		       lease_folder_name(folder), name);
	return path;
}

static void created_it_is_complete(void **state)
{
	struct site *site = *state;
	const struct client_address client = site_client(A);
	char path[SCRATCH_PATH], text[256];
	struct lease got;

	site_lease(site, LEASE_PENDING, A, 0);
	lease_path(site, LEASE_PENDING, A, path);
	check_text("line", scratch_read(path, text, sizeof(text)), A_LINE);
	check_int("mode", scratch_stat(path).st_mode & 07777, 0600);
	check_int("time", site_login(site, LEASE_PENDING, A), 0);
	check_int("read", lease_read(&site->leases, LEASE_PENDING, &client, &got, NULL),
		  0);
	check_text("user", got.user, "horn");
	check_text("service", got.service, "dovecot");
	check_int("opened", got.opened, SITE_NOW);
	check_int("last login", got.last_login.tv_sec, SITE_NOW);
	check_true("client", client_address_equal(&got.client, &client));
}

static void created_again_it_is_renewed(void **state)
{
	struct site *site = *state;
	const struct client_address client = site_client(A);
	char path[SCRATCH_PATH], text[256];
	struct lease lease;

	site_lease(site, LEASE_PENDING, A, 0);
	lease_make(&lease, &client, "other", "imap",
		   (struct timespec){ .tv_sec = SITE_NOW + 60 });
	check_int("again", lease_create(&site->leases, LEASE_PENDING, &lease, NULL), 0);
	check_int("time", site_login(site, LEASE_PENDING, A), 60);
	check_text("its line stays",
		   scratch_read(lease_path(site, LEASE_PENDING, A, path), text,
				sizeof(text)),
		   A_LINE);
}

static void no_umask_changes_its_mode(void **state)
{
	struct site *site = *state;
	char path[SCRATCH_PATH];
	const mode_t before = umask(0);

	site_lease(site, LEASE_PENDING, A, 0);
	(void)umask(before);
	check_int("umask 0",
		  scratch_stat(lease_path(site, LEASE_PENDING, A, path)).st_mode & 07777,
		  0600);
}

static void a_folder_that_is_missing_is_named(void **state)
{
	struct site *site = *state;
	const struct client_address client = site_client(A);
	struct lease lease;
	struct why why = { 0 };
	char path[SCRATCH_PATH];

	assert_int_equal(rmdir(scratch_path(&site->scratch, "state/pending", path)), 0);
	lease_make(&lease, &client, "horn", "dovecot", site->job.now);
	check_int("create", lease_create(&site->leases, LEASE_PENDING, &lease, &why),
		  -ENOENT);
	check_contains("create", why.text, "/state/pending: ");
}

static void touching_is_for_what_is_there(void **state)
{
	struct site *site = *state;
	const struct client_address client = site_client(A);
	struct timespec mtime;

	check_int("none",
		  lease_touch(&site->leases, LEASE_ACTIVE, &client, site->job.now),
		  -ENOENT);
	check_int("none", lease_mtime(&site->leases, LEASE_ACTIVE, &client, &mtime),
		  -ENOENT);
	check_false("none", lease_present(&site->leases, LEASE_ACTIVE, &client));
	check_where("not made", site, A, "");
	site_lease(site, LEASE_ACTIVE, A, 0);
	site_clock(site, 30);
	check_int("there",
		  lease_touch(&site->leases, LEASE_ACTIVE, &client, site->job.now), 0);
	check_int("renewed", site_login(site, LEASE_ACTIVE, A), 30);
}

static const struct {
	const char *label, *content;
	size_t size;
} spoilt[] = {
	{ "empty", "", 0 },
	{ "cut off", A_LINE, sizeof(A_LINE) - 2 },
	{ "NUL", "user=a\0service=b opened=1\n", 27 },
	{ "more", A_LINE "x", sizeof(A_LINE) },
};

static void what_is_no_lease_is_not_read(void **state)
{
	struct site *site = *state;
	const struct client_address client = site_client(A);
	char path[SCRATCH_PATH], large[4096];
	struct lease got = { .user = "untouched" };

	lease_path(site, LEASE_ACTIVE, A, path);
	check_int("none", lease_read(&site->leases, LEASE_ACTIVE, &client, &got, NULL),
		  -ENOENT);
	for (size_t i = 0; i < COUNT(spoilt); i++) {
		scratch_write(path, spoilt[i].content, spoilt[i].size);
		check_int(spoilt[i].label,
			  lease_read(&site->leases, LEASE_ACTIVE, &client, &got, NULL),
			  -EINVAL);
	}
	memset(large, 'x', sizeof(large));
	scratch_write(path, large, sizeof(large));
	check_int("large", lease_read(&site->leases, LEASE_ACTIVE, &client, &got, NULL),
		  -EINVAL);
	check_text("untouched", got.user, "untouched");
}

enum plant { PLANT_LINK, PLANT_FIFO, PLANT_FOLDER, PLANTS };
static const char *const plant_names[] = { "link", "FIFO", "folder" };

static void plant(enum plant kind, const char *path, const char *target)
{
	const int error = kind == PLANT_LINK   ? symlink(target, path)
			  : kind == PLANT_FIFO ? mkfifo(path, 0600)
					       : mkdir(path, 0700);

	assert_int_equal(error, 0);
}

/* The queue's folder may be another user's playground. */
static void what_is_planted_is_not_followed(void **state)
{
	struct site *site = *state;
	const struct client_address client = site_client(A);
	char path[SCRATCH_PATH], target[SCRATCH_PATH], text[256];
	struct lease got;

	scratch_path(&site->scratch, "target", target);
	lease_path(site, LEASE_PENDING, A, path);
	for (enum plant kind = 0; kind < PLANTS; kind++) {
		const char *label = plant_names[kind];

		scratch_write(target, A_LINE, strlen(A_LINE));
		scratch_date(target, 1);
		plant(kind, path, target);
		check_int(label,
			  lease_read(&site->leases, LEASE_PENDING, &client, &got, NULL),
			  -EINVAL);
		site_lease(site, LEASE_PENDING, A, 5);
		check_int(label, scratch_stat(target).st_mtime, 1);
		check_int(label, lease_unlink_junk(&site->leases, LEASE_PENDING, A), 0);
		check_text(label, scratch_read(target, text, sizeof(text)), A_LINE);
		check_where(label, site, A, "");
	}
}

static void a_full_folder_is_moved_out_of_sight(void **state)
{
	static const enum lease_folder folders[] = { LEASE_PENDING, LEASE_PENDING,
						     LEASE_DEFERRED };
	struct site *site = *state;
	char path[SCRATCH_PATH];

	/* The same name twice: what was moved first is not in the way. */
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		plant(PLANT_FOLDER, lease_path(site, folders[i], "x", path), NULL);
		plant(PLANT_FOLDER, lease_path(site, folders[i], "x/y", path), NULL);
		check_int("moved", lease_unlink_junk(&site->leases, folders[i], "x"), 0);
		check_int("gone", access(lease_path(site, folders[i], "x", path), F_OK),
			  -1);
		check_int("nowhere else",
			  access(lease_path(site, LEASE_DEFERRED, "x", path), F_OK), -1);
	}
}

static void moving_replaces(void **state)
{
	struct site *site = *state;
	const struct client_address client = site_client(A);

	check_int("none", lease_move(&site->leases, LEASE_ACTIVE, LEASE_ENDING, &client),
		  -ENOENT);
	site_lease(site, LEASE_ACTIVE, A, 10);
	site_lease(site, LEASE_ENDING, A, 20);
	check_int("move", lease_move(&site->leases, LEASE_ACTIVE, LEASE_ENDING, &client),
		  0);
	check_where("moved", site, A, "ending");
	check_int("replaced", site_login(site, LEASE_ENDING, A), 10);
	check_int("unlink", lease_unlink(&site->leases, LEASE_ENDING, &client), 0);
	check_int("unlink", lease_unlink(&site->leases, LEASE_ENDING, &client), -ENOENT);
}

static void merging_without_another_moves(void **state)
{
	struct site *site = *state;
	const struct client_address client = site_client(A);

	check_int("none",
		  lease_merge(&site->leases, LEASE_PENDING, LEASE_ACTIVE, &client),
		  -ENOENT);
	site_lease(site, LEASE_PENDING, A, 10);
	check_int("new", lease_merge(&site->leases, LEASE_PENDING, LEASE_ACTIVE, &client),
		  1);
	check_where("moved", site, A, "active");
	check_int("its time", site_login(site, LEASE_ACTIVE, A), 10);
}

static const struct {
	const char *label;
	long ours, theirs;
	bool want_renewed;
} merge_cases[] = {
	{ "ours is newer", 10, 0, true },
	{ "theirs is newer", 0, 10, false },
	{ "the same", 10, 10, false },
};

static void merging_keeps_the_later_login(void **state)
{
	struct site *site = *state;
	const struct client_address client = site_client(A);

	for (size_t i = 0; i < COUNT(merge_cases); i++) {
		const char *label = merge_cases[i].label;

		site_lease(site, LEASE_PENDING, A, merge_cases[i].ours);
		site_lease(site, LEASE_ACTIVE, A, merge_cases[i].theirs);
		check_int(
			label,
			lease_merge(&site->leases, LEASE_PENDING, LEASE_ACTIVE, &client),
			0);
		check_where(label, site, A, "active");
		const long login = site_login(site, LEASE_ACTIVE, A);
		/* A renewal by merge is dated by the real clock. */
		if (merge_cases[i].want_renewed)
			check_true(label, login >= merge_cases[i].ours);
		else
			check_int(label, login, merge_cases[i].theirs);
	}
}

/* An auth-worker's file: he could touch it for ever, so the lease gets a file of ours. */
static void anothers_file_is_copied(void **state)
{
	struct site *site = *state;
	const struct client_address client = site_client(A);
	char path[SCRATCH_PATH], text[256];

	if (geteuid() != 0)
		skip();
	site_lease(site, LEASE_PENDING, A, 10);
	lease_path(site, LEASE_PENDING, A, path);
	assert_int_equal(chown(path, NOBODY, NOBODY), 0);
	cleanup_fd int his = open(path, O_RDWR | O_CLOEXEC);
	check_int("new", lease_merge(&site->leases, LEASE_PENDING, LEASE_ACTIVE, &client),
		  1);
	check_where("moved", site, A, "active");
	lease_path(site, LEASE_ACTIVE, A, path);
	check_int("owner", scratch_stat(path).st_uid, 0);
	check_int("its time", site_login(site, LEASE_ACTIVE, A), 10);
	assert_int_equal(futimens(his, NULL), 0);
	assert_int_equal(ftruncate(his, 0), 0);
	check_int("beyond his reach", site_login(site, LEASE_ACTIVE, A), 10);
	check_text("line", scratch_read(path, text, sizeof(text)),
		   "user=horn service=dovecot opened=1000000010\n");
}

/* A second name of our own file would be a way in, too. */
static void a_file_with_two_names_is_copied(void **state)
{
	struct site *site = *state;
	const struct client_address client = site_client(A);
	char path[SCRATCH_PATH], second[SCRATCH_PATH];

	site_lease(site, LEASE_PENDING, A, 10);
	lease_path(site, LEASE_PENDING, A, path);
	assert_int_equal(link(path, scratch_path(&site->scratch, "second", second)), 0);
	check_int("new", lease_merge(&site->leases, LEASE_PENDING, LEASE_ACTIVE, &client),
		  1);
	check_int("copied",
		  scratch_stat(lease_path(site, LEASE_ACTIVE, A, path)).st_nlink, 1);
}

static void emptying_takes_the_leases(void **state)
{
	struct site *site = *state;

	site_lease(site, LEASE_SETTLED, A, 0);
	site_lease(site, LEASE_SETTLED, "2001:db8::1", 0);
	site_lease(site, LEASE_ACTIVE, A, 0);
	check_int("empty", lease_empty(&site->leases, LEASE_SETTLED, NULL), 0);
	check_int("count", lease_count(&site->leases, LEASE_SETTLED, NULL), 0);
	check_where("other folder", site, A, "active");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(created_it_is_complete),
		AT_SITE(created_again_it_is_renewed),
		AT_SITE(no_umask_changes_its_mode),
		AT_SITE(a_folder_that_is_missing_is_named),
		AT_SITE(touching_is_for_what_is_there),
		AT_SITE(what_is_no_lease_is_not_read),
		AT_SITE(what_is_planted_is_not_followed),
		AT_SITE(a_full_folder_is_moved_out_of_sight),
		AT_SITE(moving_replaces),
		AT_SITE(merging_without_another_moves),
		AT_SITE(merging_keeps_the_later_login),
		AT_SITE(anothers_file_is_copied),
		AT_SITE(a_file_with_two_names_is_copied),
		AT_SITE(emptying_takes_the_leases),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
