/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any doubt about a spare (map/spares.h) leads to a copy of the table: what was touched,
 * what somebody has open, a table that somebody else rebuilt.
 */
#include "map_contract_turns.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct doubt {
	const char *label;
	const char *name; /* of the file that is spoilt */
	void (*spoil)(const char *path);
};

static void spoil_remove(const char *path)
{
	assert_int_equal(unlink(path), 0);
}

static void spoil_touch(const char *path)
{
	scratch_date(path, LONG_AGO + 1000);
}

static void spoil_write(const char *path)
{
	const int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	assert_int_equal(write(fd, "x", 1), 1);
	(void)close(fd);
}

/* Still a sound table, with a record that nobody committed. */
static void spoil_put(const char *path)
{
	DBT key = { .data = (char[]){ "evil" }, .size = 4 };
	DBT value = { .data = (char[]){ "RELAY" }, .size = 5 };

	berkeley_table_put(path, &key, &value);
}

/* The last change of the last list, in front of the mark that ends the note. */
static void spoil_list(const char *path)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	const off_t mark = scratch_stat(path).st_size - 8;

	for (off_t at = mark - 16; at < mark; at++)
		assert_int_equal(pwrite(fd, "\xff", 1, at), 1);
	(void)close(fd);
}

static void spoil_chmod(const char *path)
{
	assert_int_equal(chmod(path, 0604), 0);
}

static void spoil_link(const char *path)
{
	char other[SCRATCH_PATH + 8];

	(void)snprintf(other, sizeof(other), "%s.link", path);
	assert_int_equal(link(path, other), 0);
	/* The link would count as a stray. */
	assert_int_equal(unlink(other), 0);
}

static void spoil_replace(const char *path)
{
	assert_int_equal(unlink(path), 0);
	scratch_write(path, "not a table", 11);
}

static void spoil_symlink(const char *path)
{
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("access.db", path), 0);
}

static void spoil_fifo(const char *path)
{
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
}

static void spoil_cut(const char *path)
{
	assert_int_equal(truncate(path, scratch_stat(path).st_size - 1), 0);
}

static const struct doubt doubts[] = {
	{ "the spare is gone", SPARE_1, spoil_remove },
	{ "the spare is gone", SPARE_2, spoil_remove },
	{ "the spare was dated", SPARE_1, spoil_touch },
	{ "the spare was dated", SPARE_2, spoil_touch },
	{ "the spare was written to", SPARE_1, spoil_write },
	{ "the spare was written to", SPARE_2, spoil_write },
	{ "the spare has another mode", SPARE_1, spoil_chmod },
	{ "the spare has another mode", SPARE_2, spoil_chmod },
	{ "the spare had a link", SPARE_1, spoil_link },
	{ "the spare had a link", SPARE_2, spoil_link },
	{ "the spare is another file", SPARE_1, spoil_replace },
	{ "the spare is another file", SPARE_2, spoil_replace },
	{ "the spare is a link", SPARE_1, spoil_symlink },
	{ "the spare is a link", SPARE_2, spoil_symlink },
	{ "the spare is a fifo", SPARE_1, spoil_fifo },
	{ "the spare is a fifo", SPARE_2, spoil_fifo },
	{ "the spare has another record", SPARE_1, spoil_put },
	{ "the spare has another record", SPARE_2, spoil_put },
	{ "the note's changes are garbage", "run/spares", spoil_list },
	{ "no note", "run/spares", spoil_remove },
	{ "the note is cut", "run/spares", spoil_cut },
	{ "the note is another file", "run/spares", spoil_replace },
	{ "the note is a link", "run/spares", spoil_symlink },
	{ "the table was dated", "mail/access.db", spoil_touch },
	{ "the table has another mode", "mail/access.db", spoil_chmod },
};

static void remove_keys(struct contract *contract, int count)
{
	char key[8];

	contract_begin(contract);
	for (int i = 1; i <= count; i++) {
		(void)snprintf(key, sizeof(key), "k%02d", i);
		check_int("remove", contract->backend->remove(contract->map, key, NULL),
			  1);
	}
	check_int("commit", contract->backend->commit(contract->map, NULL), 0);
	contract_close(contract);
}

static void any_doubt_makes_a_copy(struct contract *contract)
{
	char path[SCRATCH_PATH];

	keep_spares(contract);
	for (size_t i = 0; i < COUNT(doubts); i++) {
		commit_keys(contract, 1, TURNS);
		doubts[i].spoil(beside(contract, doubts[i].name, path));
		for (int n = TURNS + 1; n <= 2 * TURNS; n++) {
			commit_keys(contract, n, n);
			check_keys(doubts[i].label, contract, n);
			check_folder(doubts[i].label, contract);
		}
		remove_keys(contract, 2 * TURNS);
	}
}

/* A sendmail child with an old table open must not see it change. */
static void what_somebody_reads_is_left_alone(struct contract *contract)
{
	static const int ways[] = { O_RDONLY, O_RDWR };
	char before[8192], after[8192];

	keep_spares(contract);
	for (size_t i = 0; i < COUNT(ways); i++) {
		const int reader = open(contract->path, ways[i] | O_CLOEXEC);
		const ssize_t size = pread(reader, before, sizeof(before), 0);
		check_true("read", size > 0);
		commit_keys(contract, 1, 5);
		check_keys("all the same", contract, 5);
		check_int("read again", pread(reader, after, sizeof(after), 0), size);
		check_int("unchanged", memcmp(before, after, (size_t)size), 0);
		(void)close(reader);
	}
}

/* A rebuild in the same file, as makemap does it, between two commits. */
static void a_rebuild_in_place_makes_a_copy(struct contract *contract)
{
	static const struct pair rebuilt[] = { { "a", "1" }, { NULL, NULL } };

	keep_spares(contract);
	for (int i = 0; i < TURNS; i++)
		(void)commit_key(contract, "k01");
	const ino_t table = scratch_stat(contract->path).st_ino;
	char fresh[SCRATCH_PATH], bytes[65536];
	berkeley_table_make(beside(contract, "fresh", fresh), contract->kind->db_type,
			    contract->kind->with_nul, rebuilt);
	const int from = open(fresh, O_RDONLY | O_CLOEXEC);
	const ssize_t size = read(from, bytes, sizeof(bytes));
	(void)close(from);
	scratch_write(contract->path, bytes, (size_t)size);
	check_int("the same file", scratch_stat(contract->path).st_ino, table);
	for (int i = 0; i < TURNS; i++) {
		(void)commit_key(contract, "k02");
		check_content("as it was rebuilt", contract, "a=1\nk02=RELAY\n");
	}
}

/* Files that no note speaks of make room before the table is copied. */
static void what_is_not_used_goes(struct contract *contract)
{
	char path[SCRATCH_PATH];

	keep_spares(contract);
	commit_keys(contract, 1, TURNS);
	assert_int_equal(unlink(beside(contract, "run/spares", path)), 0);
	commit_keys(contract, TURNS + 1, TURNS + 1);
	check_int("the retired one", access(beside(contract, SPARE_1, path), F_OK), 0);
	check_int("no other", access(beside(contract, SPARE_2, path), F_OK), -1);

	contract->place.run_dir = NULL;
	commit_keys(contract, TURNS + 2, TURNS + 2);
	check_int("none", access(beside(contract, SPARE_1, path), F_OK), -1);
	check_keys("all the same", contract, TURNS + 2);
}

int main(void)
{
	static const struct contract_case cases[] = {
		BERKELEY_CONTRACT(any_doubt_makes_a_copy),
		BERKELEY_CONTRACT(what_somebody_reads_is_left_alone),
		BERKELEY_CONTRACT(a_rebuild_in_place_makes_a_copy),
		BERKELEY_CONTRACT(what_is_not_used_goes),
	};
	return contract_run(cases, COUNT(cases));
}
