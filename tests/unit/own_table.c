/* SPDX-License-Identifier: BSD-2-Clause */
/* A table of our own is made when it is missing; any other one is not. */
#include "core/own_table.h"

#include "lmdb_table.h"
#include "site.h"

#include "base/deadline.h"
#include "core/expire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *label, *state_dir, *path;
	bool want;
} places[] = {
	{ "in map/", "/s", "hash:/s/map/relay.db", true },
	{ "deeper", "/s", "lmdb:/s/map/a/relay.lmdb", true },
	{ "a slash at the end", "/s/", "lmdb:/s/map/relay.lmdb", true },
	{ "a slash, and a longer name", "/s/", "lmdb:/s2/map/relay.lmdb", false },
	{ "in the state folder", "/s", "hash:/s/relay.db", false },
	{ "in another folder there", "/s", "hash:/s/active/relay.db", false },
	{ "map is the file", "/s", "hash:/s/map", false },
	{ "a longer name", "/s", "hash:/s/maps/relay.db", false },
	{ "a longer state folder", "/s", "hash:/s2/map/relay.db", false },
	{ "a way out", "/s", "hash:/s/map/../../etc/relay.db", false },
	{ "the administrator's", "/s", "hash:/etc/mail/access.db", false },
};

static void which_table_is_our_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		struct settings settings;

		settings_default(&settings);
		assert_int_equal(settings_set(&settings, "state_dir", places[i].state_dir,
					      SETTINGS_FILE, NULL),
				 0);
		assert_int_equal(settings_set(&settings, "map", places[i].path,
					      SETTINGS_FILE, NULL),
				 0);
		check_int(places[i].label, own_table(&settings), places[i].want);
	}
}

/* The map of this type is `name` in the state folder. */
static void use_map(struct site *site, const char *type, const char *name)
{
	char path[SCRATCH_PATH], value[SCRATCH_PATH + 8];

	(void)snprintf(value, sizeof(value), "%s:%s", type,
		       scratch_path(&site->scratch, name, path));
	site_set(site, "map", value);
}

static const char *table_text(const struct site *site, char text[static BERKELEY_TEXT])
{
	return strcmp(site->settings.map_type, "lmdb") == 0
		       ? lmdb_table_text(site->settings.map_path, text)
		       : berkeley_table_text(site->settings.map_path, text);
}

static void a_login_makes_it(void **state)
{
	static const char *const types[] = { "hash", "btree", "lmdb" };
	struct site *site = *state;
	char text[BERKELEY_TEXT];

	site_lease(site, LEASE_PENDING, "192.0.2.7", 0);
	for (size_t i = 0; i < COUNT(types); i++) {
		char name[32];
		struct why why = { 0 };

		(void)snprintf(name, sizeof(name), "state/map/%s", types[i]);
		use_map(site, types[i], name);
		const mode_t before = umask(077);
		const int error =
			site_commit(site, (struct commit_order){ 0 }, NULL, &why);
		(void)umask(before);
		if (error < 0)
			fail_msg("%s", why.text);
		check_text(types[i], table_text(site, text),
			   OURS("192.0.2.7") MARKER("192.0.2.7"));
		check_int(types[i], scratch_stat(site->settings.map_path).st_mode & 07777,
			  0644);
		check_seal(types[i], site, 1);
	}
	use_map(site, "hash", "state/map");
	check_int("its folder", scratch_stat(site->settings.map_path).st_mode & 07777,
		  0755);
}

/* At boot, before anybody has logged in. */
static void an_idle_run_makes_it(void **state)
{
	struct site *site = *state;
	struct commit_result result = { 0 };
	struct why why = { 0 };
	char text[BERKELEY_TEXT];

	use_map(site, "lmdb", "state/map/relay.lmdb");
	for (int i = 0; i < 2; i++) {
		check_int("expire", expire(&site->job, &result, &why), 0);
		check_text("made", table_text(site, text), "");
		check_seal("sealed", site, 0);
		/* And again, when it is lost while nothing else happens. */
		assert_int_equal(unlink(site->settings.map_path), 0);
	}
}

static void what_the_leases_say_is_in_it(void **state)
{
	struct site *site = *state;
	char text[BERKELEY_TEXT];

	use_map(site, "lmdb", "state/map/relay.lmdb");
	site_lease(site, LEASE_ACTIVE, "192.0.2.7", 0);
	assert_int_equal(site_commit(site, (struct commit_order){ 0 }, NULL, NULL), 0);
	check_text("made", table_text(site, text), OURS("192.0.2.7") MARKER("192.0.2.7"));
}

static void any_other_stays_missing(void **state)
{
	struct site *site = *state;
	struct why why = { 0 };

	use_map(site, "lmdb", "mail/relay.lmdb");
	check_int("commit", site_commit(site, (struct commit_order){ 0 }, NULL, &why),
		  -ENOENT);
	check_int("not made", access(site->settings.map_path, F_OK), -1);
}

/* A file that is no table is said, not replaced. */
static void what_is_no_table_stays(void **state)
{
	struct site *site = *state;
	struct why why = { 0 };
	char text[64];

	use_map(site, "lmdb", "state/map/relay.lmdb");
	assert_int_equal(site_commit(site, (struct commit_order){ 0 }, NULL, NULL), 0);
	scratch_write(site->settings.map_path, "text\n", 5);
	check_int("commit", site_commit(site, (struct commit_order){ 0 }, NULL, &why),
		  -EBADMSG);
	check_contains("commit", why.text, "is a text file");
	check_text("stays", scratch_read(site->settings.map_path, text, sizeof(text)),
		   "text\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(which_table_is_our_own),
		AT_SITE(a_login_makes_it),
		AT_SITE(an_idle_run_makes_it),
		AT_SITE(what_the_leases_say_is_in_it),
		AT_SITE(any_other_stays_missing),
		AT_SITE(what_is_no_table_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
