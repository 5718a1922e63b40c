/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading, changing, and everything that keeps a table from being opened. */
#include "map_contract.h"
#include "lmdb_table.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LMDB_LONGEST 510 /* and a NUL */

static void check_get(const char *label, struct contract *contract, const char *key,
		      const char *want)
{
	struct map_entry entry;
	const int found = contract->backend->get(contract->map, key, &entry, NULL);

	check_int(label, found, want != NULL);
	if (!want)
		return;
	check_int(label, entry.value.size, strlen(want));
	check_true(label, map_bytes_equal(entry.value, want));
	check_true(label, map_bytes_equal(entry.key, key));
}

static void get_finds_whole_keys(struct contract *contract)
{
	const bool filled = contract->kind->filled;

	contract_open(contract);
	check_get("a record", contract, "192.0.2.1", filled ? "RELAY" : NULL);
	check_get("a value with a blank", contract, "example.org",
		  filled ? "550 no" : NULL);
	check_get("a beginning", contract, "192.0.2", NULL);
	check_get("longer", contract, "192.0.2.11", NULL);
	check_get("other case", contract, "EXAMPLE.org", NULL);
	check_get("empty key", contract, "", NULL);
}

static int count_entries(struct contract *contract)
{
	struct map_entry entry;
	int count = 0, found;

	while ((found = contract->backend->next(contract->map, &entry, NULL)) > 0)
		count++;
	check_int("the end", found, 0);
	return count;
}

static void next_goes_to_the_end_and_starts_over(struct contract *contract)
{
	const int want = contract->kind->filled ? 3 : 0;
	struct map_entry entry;

	contract_open(contract);
	check_int("once", count_entries(contract), want);
	check_int("again", count_entries(contract), want);
	/* A get in the middle of a walk does not disturb it. */
	if (want == 0)
		return;
	check_int("first", contract->backend->next(contract->map, &entry, NULL), 1);
	check_get("between", contract, "10", "REJECT");
	check_int("rest", count_entries(contract), want - 1);
}

static void next_gives_any_bytes(struct contract *contract)
{
	static const char key[] = "\xff\0\x01\n\x80"; /* and the array's NUL */
	static const char value[] = "\0\xfe\x7f";
	const size_t nul = contract->kind->with_nul ? 1 : 0;
	struct map_entry entry = { { 0 }, { 0 } };
	int seen = 0;

	contract_record(contract, (struct map_bytes){ key, sizeof(key) - 1 + nul },
			(struct map_bytes){ value, sizeof(value) - 1 + nul });
	contract_open(contract);
	while (contract->backend->next(contract->map, &entry, NULL) > 0)
		if (entry.key.size == sizeof(key) - 1 &&
		    memcmp(entry.key.data, key, sizeof(key) - 1) == 0) {
			seen++;
			check_int("value", entry.value.size, sizeof(value) - 1);
			check_int("value",
				  memcmp(entry.value.data, value, sizeof(value) - 1), 0);
		}
	check_int("seen", seen, 1);
}

static void a_change_can_be_seen_by_its_maker(struct contract *contract)
{
	contract_begin(contract);
	contract_put(contract, "192.0.2.7", "RELAY");
	check_get("new", contract, "192.0.2.7", "RELAY");
	contract_put(contract, "192.0.2.7", "OK");
	check_get("replaced", contract, "192.0.2.7", "OK");
	check_int("entries", count_entries(contract), contract->kind->filled ? 4 : 1);
	check_int("removed", contract->backend->remove(contract->map, "192.0.2.7", NULL),
		  1);
	check_get("removed", contract, "192.0.2.7", NULL);
	check_int("again", contract->backend->remove(contract->map, "192.0.2.7", NULL),
		  0);
}

static void a_long_key_is_a_key(struct contract *contract)
{
	char key[MAP_KEY_MAX + 1] = "";
	const size_t longest = kind_is_lmdb(contract->kind) ? LMDB_LONGEST : MAP_KEY_MAX;

	memset(key, 'k', longest);
	contract_begin(contract);
	contract_put(contract, key, "RELAY");
	check_get("long", contract, key, "RELAY");
	key[longest - 1] = '\0';
	check_get("shorter", contract, key, NULL);
}

/* Two programs wrote this table: the key is there without a NUL and with one. */
static void a_mixed_table_hides_nothing(struct contract *contract)
{
	static const char key[] = "192.0.2.9", value[] = "RELAY";
	const size_t other = contract->kind->with_nul ? 0 : 1;

	if (!contract->kind->filled)
		return; /* the one record would be the convention */
	contract_record(contract, (struct map_bytes){ key, sizeof(key) - 1 + other },
			(struct map_bytes){ value, sizeof(value) - 1 + other });
	contract_begin(contract);
	check_get("the other form", contract, key, "RELAY");
	contract_put(contract, key, "OK");
	check_get("replaced", contract, key, "OK");
	check_int("both go", contract->backend->remove(contract->map, key, NULL), 1);
	check_get("both are gone", contract, key, NULL);
}

static void a_rebuild_under_way_is_busy_at_once(struct contract *contract)
{
	struct why why = { 0 };
	cleanup_fd int rebuilder = open(contract->path, O_RDWR | O_CLOEXEC);

	assert_int_equal(flock(rebuilder, LOCK_EX), 0);
	check_int("rebuilt",
		  contract->backend->open(&contract->place, &contract->map, &why),
		  -EBUSY);
	check_contains("rebuilt", why.text, "is being rebuilt");
	assert_null(contract->map);
	/* A reader's lock is in nobody's way. */
	assert_int_equal(flock(rebuilder, LOCK_SH), 0);
	contract_begin(contract);
}

enum plant { MISSING, LINK, FOLDER, FIFO, TEXT, EMPTY };

static void plant(enum plant kind, const char *path)
{
	switch (kind) {
	case MISSING:
		break;
	case LINK:
		assert_int_equal(symlink("aside", path), 0);
		break;
	case FOLDER:
		assert_int_equal(mkdir(path, 0700), 0);
		break;
	case FIFO:
		assert_int_equal(mkfifo(path, 0600), 0);
		break;
	case TEXT:
		scratch_write(path, "192.0.2.1 RELAY\n", 16);
		break;
	case EMPTY:
		scratch_write(path, "", 0);
		break;
	}
}

static const struct {
	const char *label;
	enum plant kind;
	int want;
	const char *why;
} no_tables[] = {
	{ "missing", MISSING, -ENOENT, "cannot open the table" },
	{ "link to a table", LINK, -ELOOP, "is a symbolic link" },
	{ "folder", FOLDER, -EISDIR, "is no regular file" },
	{ "FIFO", FIFO, -EBADMSG, "is no regular file" },
	{ "text", TEXT, -EBADMSG, "is a text file" },
	{ "empty file", EMPTY, -EBADMSG, "is an empty file" },
};

static void what_is_no_table_is_named(struct contract *contract)
{
	char aside[SCRATCH_PATH];

	scratch_path(&contract->scratch, "mail/aside", aside);
	assert_int_equal(rename(contract->path, aside), 0);
	for (size_t i = 0; i < COUNT(no_tables); i++) {
		struct why why = { 0 };

		plant(no_tables[i].kind, contract->path);
		check_int(no_tables[i].label,
			  contract->backend->open(&contract->place, &contract->map, &why),
			  no_tables[i].want);
		check_contains(no_tables[i].label, why.text, no_tables[i].why);
		assert_null(contract->map);
		(void)remove(contract->path);
	}
}

static void the_other_type_is_named(struct contract *contract)
{
	static const struct {
		const char *type, *want;
		DBTYPE db_type;
	} others[] = {
		{ "hash", "is a hash table: name it hash:/", DB_HASH },
		{ "btree", "is a btree table: name it btree:/", DB_BTREE },
		{ "lmdb", "is an LMDB table: name it lmdb:/", DB_UNKNOWN },
	};

	for (size_t i = 0; i < COUNT(others); i++) {
		struct why why = { 0 };

		if (strcmp(others[i].type, contract->kind->type) == 0)
			continue;
		assert_int_equal(remove(contract->path), 0);
		if (others[i].db_type == DB_UNKNOWN)
			lmdb_table_make(contract->path, false, NULL);
		else
			berkeley_table_make(contract->path, others[i].db_type, false,
					    NULL);
		check_int(others[i].type,
			  contract->backend->open(&contract->place, &contract->map, &why),
			  -EBADMSG);
		check_contains(others[i].type, why.text, others[i].want);
	}
}

static void a_path_is_absolute(struct contract *contract)
{
	struct map_place place = contract->place;
	struct why why = { 0 };

	place.path = "access.db";
	check_int("relative", contract->backend->open(&place, &contract->map, &why),
		  -EINVAL);
	place.path = "/nowhere/access.db";
	check_int("no folder", contract->backend->open(&place, &contract->map, &why),
		  -ENOENT);
	check_contains("no folder", why.text, "/nowhere");
}

/* makemap refuses it too: its other name would keep the old content. */
static void a_second_link_is_not_changed(struct contract *contract)
{
	char second[SCRATCH_PATH];
	struct why why = { 0 };

	scratch_path(&contract->scratch, "mail/second", second);
	assert_int_equal(link(contract->path, second), 0);
	contract_open(contract);
	check_int("begin", contract->backend->begin(contract->map, &why), -EMLINK);
	check_contains("begin", why.text, "second hard link");
	contract_close(contract);
	assert_int_equal(unlink(second), 0);
	check_no_stray("no copy", contract);
}

int main(void)
{
	static const struct contract_case cases[] = {
		CONTRACT(get_finds_whole_keys),
		CONTRACT(next_goes_to_the_end_and_starts_over),
		CONTRACT(next_gives_any_bytes),
		CONTRACT(a_change_can_be_seen_by_its_maker),
		CONTRACT(a_long_key_is_a_key),
		CONTRACT(a_mixed_table_hides_nothing),
		BERKELEY_CONTRACT(a_rebuild_under_way_is_busy_at_once),
		CONTRACT(what_is_no_table_is_named),
		CONTRACT(the_other_type_is_named),
		CONTRACT(a_path_is_absolute),
		CONTRACT(a_second_link_is_not_changed),
	};
	return contract_run(cases, COUNT(cases));
}
