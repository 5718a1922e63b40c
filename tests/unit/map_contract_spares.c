/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables that are changed by turns of files (map/spares.h): each commit must leave what
 * a commit without spares would leave, and any doubt about a spare must lead to a copy.
 */
#include "map_contract_turns.h"

#include "map/change_list.h"
#include "map/shadow_name.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

static void three_files_take_turns(struct contract *contract)
{
	char key[8];
	ino_t was[12];

	keep_spares(contract);
	for (int i = 1; i < (int)COUNT(was); i++) {
		(void)snprintf(key, sizeof(key), "k%02d", i);
		was[i] = commit_key(contract, key);
		check_keys(key, contract, i);
		if (i > TURNS)
			check_int("a file of three turns ago", was[i], was[i - TURNS]);
	}
}

/* The table keeps owner, mode and date; a retired file looks like no table. */
static void who_looks_sees_which_is_which(struct contract *contract)
{
	char path[SCRATCH_PATH];

	keep_spares(contract);
	assert_int_equal(chown(contract->path, 8, 12), 0);
	assert_int_equal(chmod(contract->path, 0640), 0);
	scratch_date(contract->path, LONG_AGO);
	for (int i = 1; i <= 4; i++) {
		(void)commit_key(contract, "k01");
		const struct stat table = scratch_stat(contract->path);
		check_int("owner", table.st_uid, 8);
		check_int("group", table.st_gid, 12);
		check_int("mode", table.st_mode & 07777, 0640);
		check_int("date", table.st_mtim.tv_sec, LONG_AGO);
		check_int("links", table.st_nlink, 1);
	}
	static const char *const names[] = { SPARE_1, SPARE_2 };
	for (size_t i = 0; i < COUNT(names); i++) {
		const struct stat spare = scratch_stat(beside(contract, names[i], path));
		check_true("another group", spare.st_gid != 12);
		check_int("its owner's alone", spare.st_mode & 0077, 0);
		check_true("readers were told", spare.st_mtim.tv_sec > LONG_AGO);
	}
}

/* Many commits of puts and removes, in the order of a seeded generator. */
static void long_runs_lose_nothing(struct contract *contract)
{
	char key[8], want[BERKELEY_TEXT];
	bool there[64] = { false };
	unsigned seed = 4711;

	keep_spares(contract);
	for (int round = 0; round < 120; round++) {
		contract_begin(contract);
		for (int n = 0; n < 5; n++) {
			const int i = rand_r(&seed) % (int)COUNT(there);
			(void)snprintf(key, sizeof(key), "k%02d", i);
			there[i] = rand_r(&seed) % 2 == 0;
			if (there[i])
				contract_put(contract, key, "RELAY");
			else
				check_true("removed",
					   contract->backend->remove(contract->map, key,
								     NULL) >= 0);
		}
		check_int("commit", contract->backend->commit(contract->map, NULL), 0);
		contract_close(contract);

		int length = snprintf(want, sizeof(want), "%s",
				      contract->kind->filled ? FILLED_TEXT : "");
		for (size_t i = 0; i < COUNT(there); i++)
			if (there[i])
				length += snprintf(want + length,
						   sizeof(want) - (size_t)length,
						   "k%02zu=RELAY\n", i);
		check_content("round", contract, want);
	}
}

static void more_changes_than_a_list_holds(struct contract *contract)
{
	char path[SCRATCH_PATH];
	char *value = calloc(1, CHANGE_LIST_MAX + 1);

	assert_non_null(value);
	memset(value, 'x', CHANGE_LIST_MAX);
	keep_spares(contract);
	for (int i = 0; i < TURNS; i++)
		(void)commit_key(contract, "k01");
	contract_begin(contract);
	contract_put(contract, "big", value);
	free(value);
	contract_put(contract, "k02", "RELAY");
	check_int("remove", contract->backend->remove(contract->map, "big", NULL), 1);
	check_int("commit", contract->backend->commit(contract->map, NULL), 0);
	contract_close(contract);
	for (int n = 3; n <= 2 + TURNS; n++) {
		check_folder("no stray", contract);
		check_keys("all of it", contract, n - 1);
		commit_keys(contract, n, n);
	}
	check_int("in use again", access(beside(contract, SPARE_2, path), F_OK), 0);
}

/* What is not committed leaves no file, and the next commit is right. */
static void a_recycled_copy_can_be_abandoned(struct contract *contract)
{
	keep_spares(contract);
	for (int i = 0; i < TURNS; i++)
		(void)commit_key(contract, "k01");
	for (int written = 0; written < 2; written++) {
		contract_begin(contract);
		if (written)
			contract_put(contract, "k09", "RELAY");
		contract->backend->abandon(contract->map);
		/* The table can be read, and nothing is copied for that. */
		struct map_entry entry;
		check_int("read",
			  contract->backend->get(contract->map, "k01", &entry, NULL), 1);
		check_folder("abandoned", contract);
		contract_close(contract);
		check_keys("abandoned", contract, 1);
	}
	(void)commit_key(contract, "k02");
	check_keys("after it", contract, 2);
}

/* Whoever asks for it before the first look-up must not be told of a file that lacks
 * two commits, nor lose what it lacked. */
static void a_recycled_copy_can_be_verified(struct contract *contract)
{
	keep_spares(contract);
	for (int i = 1; i <= 6; i++) {
		char key[8];
		(void)snprintf(key, sizeof(key), "k%02d", i);
		contract_begin(contract);
		check_int("sound", contract->backend->verify(contract->map, NULL), 0);
		contract_put(contract, key, "RELAY");
		check_int("commit", contract->backend->commit(contract->map, NULL), 0);
		contract_close(contract);
		check_keys("all of it", contract, i);
	}
}

static int verify_in_a_child(struct contract *contract)
{
	int status = -1;
	const pid_t child = fork();

	if (child == 0)
		_exit(contract->backend->verify(contract->map, NULL) != 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

/* As sapdb has it looked at before an insertion: what the child has redone in the file
 * is no reason to copy the table after all. */
static void a_recycled_copy_can_be_verified_by_a_child(struct contract *contract)
{
	static const struct {
		const char *puts, *removes, *want;
	} turns[] = {
		{ "x", NULL, "x=RELAY\n" },
		{ "y", NULL, "x=RELAY\ny=RELAY\n" },
		{ NULL, "x", "y=RELAY\n" },
		{ NULL, "y", "" },
	};
	char want[BERKELEY_TEXT];
	ino_t was[10];

	keep_spares(contract);
	for (size_t i = 0; i < COUNT(was); i++) {
		const size_t turn = i % COUNT(turns);

		contract_begin(contract);
		check_int("child", verify_in_a_child(contract), 0);
		if (turns[turn].puts)
			contract_put(contract, turns[turn].puts, "RELAY");
		else
			check_int("remove",
				  contract->backend->remove(contract->map,
							    turns[turn].removes, NULL),
				  1);
		check_int("commit", contract->backend->commit(contract->map, NULL), 0);
		contract_close(contract);
		(void)snprintf(want, sizeof(want), "%s%s",
			       contract->kind->filled ? FILLED_TEXT : "",
			       turns[turn].want);
		check_content("turn", contract, want);
		was[i] = scratch_stat(contract->path).st_ino;
		if (i >= TURNS)
			check_int("a file of three turns ago", was[i], was[i - TURNS]);
	}
}

/* A key as the other program writes it, which a table may have besides its own. */
static void put_other_form(struct contract *contract)
{
	char bytes[] = "other";
	DBT key = { .data = bytes, .size = contract->kind->with_nul ? 5 : 6 };
	DBT value = { .data = (char[]){ "x" }, .size = 1 };

	berkeley_table_put(contract->path, &key, &value);
}

static void walk(struct contract *contract)
{
	struct map_entry entry;
	int found;

	while ((found = contract->backend->next(contract->map, &entry, NULL)) > 0)
		continue;
	check_int("the end", found, 0);
}

static void check_other_form(const char *label, struct contract *contract)
{
	struct map_entry entry;

	contract_begin(contract);
	check_int(label, contract->backend->get(contract->map, "other", &entry, NULL), 1);
	check_int(label, contract->backend->get(contract->map, "none", &entry, NULL), 0);
	contract->backend->abandon(contract->map);
	contract_close(contract);
}

/* A walk tells that one look-up a key will do; until somebody else changes the table. */
static void a_key_of_the_other_form_is_found(struct contract *contract)
{
	keep_spares(contract);
	commit_keys(contract, 1, 1);
	contract_begin(contract);
	walk(contract);
	contract_put(contract, "k02", "RELAY");
	check_int("commit", contract->backend->commit(contract->map, NULL), 0);
	contract_close(contract);
	commit_keys(contract, 3, 5);
	check_keys("one form", contract, 5);

	put_other_form(contract);
	check_other_form("put behind our back", contract);
	contract_begin(contract);
	walk(contract);
	contract_put(contract, "k06", "RELAY");
	check_int("commit", contract->backend->commit(contract->map, NULL), 0);
	contract_close(contract);
	check_other_form("walked over", contract);
	commit_key(contract, "k07");
	check_other_form("two commits later", contract);
}

static void remove_key(struct contract *contract, const char *key)
{
	check_int(key, contract->backend->remove(contract->map, key, NULL), 1);
}

/* The spare's first record is one that the table has no more, and of the other form. */
static void the_form_is_that_of_the_table(struct contract *contract)
{
	char other[] = "0", own[] = "zz";
	const u_int32_t nul = contract->kind->with_nul ? 1 : 0;
	DBT first = { .data = other, .size = 2 - nul },
	    last = { .data = own, .size = 2 + nul };
	DBT value = { .data = (char[]){ "x" }, .size = 1 + nul };

	keep_spares(contract);
	commit_keys(contract, 1, 1);
	berkeley_table_put(contract->path, &last, &value);
	berkeley_table_put(contract->path, &first, &value);
	contract_begin(contract);
	remove_key(contract, "zz");
	check_int("commit", contract->backend->commit(contract->map, NULL), 0);
	contract_close(contract);

	contract_begin(contract);
	remove_key(contract, "0");
	walk(contract);
	check_int("commit", contract->backend->commit(contract->map, NULL), 0);
	contract_close(contract);
	commit_keys(contract, 2, 4);
	check_keys("all in one form", contract, 4);
}

/* No commit: what is known of the table, and the newer spare, are known still. */
static void nothing_committed_nothing_forgotten(struct contract *contract)
{
	char note[SCRATCH_PATH];

	keep_spares(contract);
	commit_keys(contract, 1, 3);
	const ino_t table = scratch_stat(contract->path).st_ino;
	contract_begin(contract);
	walk(contract);
	contract->backend->abandon(contract->map);
	contract_close(contract);
	check_true("noted",
		   scratch_stat(beside(contract, "run/spares", note)).st_size > 0);
	commit_keys(contract, 4, 5);
	check_int("taken", commit_key(contract, "k06") == table, 1);
	check_keys("right", contract, 6);
}

/* What a walk has shown of a changed copy is not so of the table that stays. */
static void a_walk_over_what_is_abandoned_tells_nothing(struct contract *contract)
{
	keep_spares(contract);
	commit_keys(contract, 1, 3);
	put_other_form(contract);
	contract_begin(contract);
	remove_key(contract, "other");
	walk(contract);
	contract->backend->abandon(contract->map);
	contract_close(contract);
	check_other_form("it is there still", contract);
}

static void none_without_a_run_folder(struct contract *contract)
{
	static const char *const folders[] = { NULL, "/nowhere/at/all" };
	char path[SCRATCH_PATH];

	for (size_t i = 0; i < COUNT(folders); i++) {
		contract->place.run_dir = folders[i];
		for (int n = 0; n < TURNS; n++)
			(void)commit_key(contract, "k01");
		check_keys("right", contract, 1);
		check_int("none", access(beside(contract, SPARE_1, path), F_OK), -1);
	}
}

int main(void)
{
	static const struct contract_case cases[] = {
		BERKELEY_CONTRACT(three_files_take_turns),
		BERKELEY_CONTRACT(who_looks_sees_which_is_which),
		BERKELEY_CONTRACT(long_runs_lose_nothing),
		BERKELEY_CONTRACT(more_changes_than_a_list_holds),
		BERKELEY_CONTRACT(a_recycled_copy_can_be_abandoned),
		BERKELEY_CONTRACT(a_recycled_copy_can_be_verified),
		BERKELEY_CONTRACT(a_recycled_copy_can_be_verified_by_a_child),
		BERKELEY_CONTRACT(a_key_of_the_other_form_is_found),
		BERKELEY_CONTRACT(the_form_is_that_of_the_table),
		BERKELEY_CONTRACT(nothing_committed_nothing_forgotten),
		BERKELEY_CONTRACT(a_walk_over_what_is_abandoned_tells_nothing),
		BERKELEY_CONTRACT(none_without_a_run_folder),
	};
	return contract_run(cases, COUNT(cases));
}
