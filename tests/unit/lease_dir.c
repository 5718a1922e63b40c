/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/lease_dir.h"

#include "site.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void check_modes(const char *label, const char *path, mode_t pending)
{
	check_int(label, scratch_stat(path).st_mode & 07777, 0755);
	for (int folder = 0; folder < LEASE_FOLDERS; folder++) {
		char name[SCRATCH_PATH + 16];

		(void)snprintf(name, sizeof(name), "%s/%s", path,
			       lease_folder_name((enum lease_folder)folder));
		check_int(name, scratch_stat(name).st_mode & 07777,
			  folder == LEASE_PENDING ? pending : 0700);
	}
}

static void prepare_makes_what_is_missing(void **state)
{
	static const mode_t masks[] = { 0, 077, 0777 };
	char path[SCRATCH_PATH], name[SCRATCH_PATH];

	scratch_path(*state, "lib", path);
	for (size_t i = 0; i < COUNT(masks); i++) {
		const mode_t before = umask(masks[i]);
		const int error = lease_dir_prepare(path, "", NULL);
		(void)umask(before);
		check_int("prepare", error, 0);
		check_modes("modes", path, 0700);
		/* One of them is missing next time. */
		assert_int_equal(rmdir(scratch_path(*state, "lib/settled", name)), 0);
	}
	check_int("again", lease_dir_prepare(path, "", NULL), 0);
	check_modes("modes", path, 0700);
}

static void what_is_half_made_is_not_there_yet(void **state)
{
	char path[SCRATCH_PATH], name[SCRATCH_PATH + 16];
	struct lease_dir dir = { .fd = -1 };

	scratch_path(*state, "lib", path);
	assert_int_equal(mkdir(path, 0755), 0);
	for (int folder = 0; folder < LEASE_FOLDERS; folder++) {
		(void)snprintf(name, sizeof(name), "%s/%s", path,
			       lease_folder_name((enum lease_folder)folder));
		check_int(name, lease_dir_open(path, &dir, NULL), -ENOENT);
		check_int("untouched", dir.fd, -1);
		if (folder != LEASE_PENDING)
			assert_int_equal(mkdir(name, 0700), 0);
	}
	check_int("prepare", lease_dir_prepare(path, "", NULL), 0);
	check_int("open", lease_dir_open(path, &dir, NULL), 0);
	lease_dir_close(&dir);
}

static void the_queue_may_be_a_groups(void **state)
{
	const struct group *group = getgrgid(getegid());
	char path[SCRATCH_PATH];
	struct why why = { 0 };

	scratch_path(*state, "lib", path);
	check_int("no such group", lease_dir_prepare(path, "no-such-group-here", &why),
		  -EINVAL);
	check_contains("no such group", why.text, "no-such-group-here");
	if (!group)
		skip();
	check_int("prepare", lease_dir_prepare(path, group->gr_name, NULL), 0);
	check_modes("modes", path, 01770);
	check_int("again", lease_dir_prepare(path, group->gr_name, NULL), 0);
}

static void a_parent_that_is_missing_is_an_error(void **state)
{
	struct lease_dir dir = { .fd = -1 };
	struct why why = { 0 };

	(void)state;
	check_int("prepare", lease_dir_prepare("/nowhere/lib", "", &why), -ENOENT);
	check_contains("prepare", why.text, "/nowhere/lib");
	check_int("open", lease_dir_open("/nowhere/lib", &dir, &why), -ENOENT);
	check_contains("open", why.text, "cannot open the state folder /nowhere/lib");
	check_int("untouched", dir.fd, -1);
}

static void it_is_no_link(void **state)
{
	char path[SCRATCH_PATH], target[SCRATCH_PATH];
	struct lease_dir dir = { .fd = -1 };

	scratch_path(*state, "target", target);
	assert_int_equal(mkdir(target, 0700), 0);
	assert_int_equal(symlink(target, scratch_path(*state, "lib", path)), 0);
	check_true("open", lease_dir_open(path, &dir, NULL) < 0);
	check_true("prepare", lease_dir_prepare(path, "", NULL) < 0);
	check_int("nothing made", rmdir(target), 0);
}

static const struct {
	const char *name;
	enum lease_entry want;
} names[] = {
	{ "192.0.2.7", LEASE_SCAN_CLIENT },
	{ "2001:db8::1", LEASE_SCAN_CLIENT },
	{ "2001:DB8::2", LEASE_SCAN_JUNK }, /* not as we would write it */
	{ "::ffff:192.0.2.8", LEASE_SCAN_JUNK },
	{ "2001:db8:0::3", LEASE_SCAN_JUNK },
	{ "192.0.2.09", LEASE_SCAN_JUNK },
	{ "192.0.2.7 ", LEASE_SCAN_JUNK },
	{ "..192.0.2.7", LEASE_SCAN_JUNK },
	{ ".hidden", LEASE_SCAN_JUNK },
	{ "a\nb", LEASE_SCAN_JUNK },
	{ "-rf", LEASE_SCAN_JUNK },
};

static void plant_names(const struct site *site)
{
	for (size_t i = 0; i < COUNT(names); i++) {
		char path[SCRATCH_PATH];

		(void)snprintf(path, sizeof(path), "%s/state/pending/%s",
			       site->scratch.path, names[i].name);
		scratch_write(path, "", 0);
	}
}

static size_t index_of(const char *name)
{
	for (size_t i = 0; i < COUNT(names); i++)
		if (strcmp(names[i].name, name) == 0)
			return i;
	fail_msg("'%s' was not planted", name);
	return 0;
}

static void a_scan_tells_leases_from_junk(void **state)
{
	struct site *site = *state;
	struct lease_scan scan = { 0 };
	struct lease_name name;
	bool seen[COUNT(names)] = { 0 };
	int found;

	plant_names(site);
	check_int("open", lease_scan_open(&site->leases, LEASE_PENDING, &scan, NULL), 0);
	while ((found = lease_scan_next(&scan, &name, NULL)) > 0) {
		const char *text =
			found == LEASE_SCAN_CLIENT ? name.client.text : name.junk;
		const size_t i = index_of(text);
		check_int(text, found, names[i].want);
		check_false(text, seen[i]);
		seen[i] = true;
	}
	check_int("end", found, LEASE_SCAN_END);
	for (size_t i = 0; i < COUNT(names); i++)
		check_true(names[i].name, seen[i]);
	lease_scan_close(&scan);
	lease_scan_close(&scan);
}

static void counting_takes_leases_only(void **state)
{
	struct site *site = *state;

	check_true("empty", lease_folder_empty(&site->leases, LEASE_PENDING));
	check_int("none", lease_count(&site->leases, LEASE_PENDING, NULL), 0);
	plant_names(site);
	check_int("some", lease_count(&site->leases, LEASE_PENDING, NULL), 2);
	check_false("not empty", lease_folder_empty(&site->leases, LEASE_PENDING));
	check_true("other", lease_folder_empty(&site->leases, LEASE_ACTIVE));
}

static void junk_alone_is_not_empty(void **state)
{
	struct site *site = *state;
	char path[SCRATCH_PATH];

	/* The path unit's bell rings for it, too. */
	scratch_write(scratch_path(&site->scratch, "state/pending/x", path), "", 0);
	check_false("junk", lease_folder_empty(&site->leases, LEASE_PENDING));
}

static void a_folder_that_is_missing_or_a_link_is_an_error(void **state)
{
	struct site *site = *state;
	struct lease_scan scan = { 0 };
	struct why why = { 0 };
	char path[SCRATCH_PATH];

	scratch_path(&site->scratch, "state/active", path);
	assert_int_equal(rmdir(path), 0);
	check_int("missing", lease_count(&site->leases, LEASE_ACTIVE, &why), -ENOENT);
	check_contains("missing", why.text, "/state/active: No such");
	assert_int_equal(symlink("pending", path), 0);
	check_true("link", lease_scan_open(&site->leases, LEASE_ACTIVE, &scan, NULL) < 0);
	check_false("link", lease_folder_empty(&site->leases, LEASE_ACTIVE));
}

/* As a member of queue_group puts the same file back again and again. */
static void the_same_file_put_back_is_another_first(void **state)
{
	struct site *site = *state;
	char file[SCRATCH_PATH], aside[SCRATCH_PATH];

	check_int("nothing", (long)lease_folder_first(&site->leases, LEASE_PENDING).inode,
		  0);
	site_lease(site, LEASE_PENDING, "192.0.2.7", 0);
	scratch_path(&site->scratch, "state/pending/192.0.2.7", file);
	scratch_path(&site->scratch, "state/aside", aside);
	const struct lease_first before =
		lease_folder_first(&site->leases, LEASE_PENDING);
	check_int("its inode", (long)before.inode, (long)scratch_stat(file).st_ino);
	assert_int_equal(rename(file, "/proc/no/such"), -1);
	struct lease_first now = lease_folder_first(&site->leases, LEASE_PENDING);
	check_true("left alone", lease_first_equal(&before, &now));

	/* The kernel's clock has ticks of some milliseconds. */
	for (int i = 0; i < 10000 && lease_first_equal(&before, &now); i++) {
		assert_int_equal(rename(file, aside), 0);
		assert_int_equal(rename(aside, file), 0);
		now = lease_folder_first(&site->leases, LEASE_PENDING);
	}
	check_int("the same inode", (long)now.inode, (long)before.inode);
	check_false("put back", lease_first_equal(&before, &now));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(prepare_makes_what_is_missing),
		IN_SCRATCH(what_is_half_made_is_not_there_yet),
		IN_SCRATCH(the_queue_may_be_a_groups),
		IN_SCRATCH(a_parent_that_is_missing_is_an_error),
		IN_SCRATCH(it_is_no_link),
		AT_SITE(a_scan_tells_leases_from_junk),
		AT_SITE(counting_takes_leases_only),
		AT_SITE(junk_alone_is_not_empty),
		AT_SITE(the_same_file_put_back_is_another_first),
		AT_SITE(a_folder_that_is_missing_or_a_link_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
