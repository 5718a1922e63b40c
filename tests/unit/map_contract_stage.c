/* SPDX-License-Identifier: BSD-2-Clause */
#include "map_contract.h"

#include "map/exchange_note.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct table_kind kinds[] = {
	{ "hash, without NUL", "hash", DB_HASH, true, false },
	{ "hash, with NUL", "hash", DB_HASH, true, true },
	{ "hash, empty, without NUL", "hash", DB_HASH, false, false },
	{ "hash, empty, with NUL", "hash", DB_HASH, false, true },
	{ "btree, without NUL", "btree", DB_BTREE, true, false },
	{ "btree, with NUL", "btree", DB_BTREE, true, true },
	{ "btree, empty, without NUL", "btree", DB_BTREE, false, false },
	{ "btree, empty, with NUL", "btree", DB_BTREE, false, true },
	{ "lmdb, without NUL", "lmdb", DB_UNKNOWN, true, false },
	{ "lmdb, with NUL", "lmdb", DB_UNKNOWN, true, true },
	{ "lmdb, empty, without NUL", "lmdb", DB_UNKNOWN, false, false },
	{ "lmdb, empty, with NUL", "lmdb", DB_UNKNOWN, false, true },
};

static const struct pair filled[] = { { "192.0.2.1", "RELAY" },
				      { "10", "REJECT" },
				      { "example.org", "550 no" },
				      { NULL, NULL } };

struct run {
	const struct table_kind *kind;
	const struct contract_case *one;
};

static void make_table(struct contract *contract)
{
	const struct table_kind *kind = contract->kind = contract->run->kind;
	char path[SCRATCH_PATH];

	assert_int_equal(mkdir(scratch_path(&contract->scratch, "mail", path), 0700), 0);
	scratch_path(&contract->scratch, "mail/access.db", contract->path);
	contract_table(contract, contract->path, kind->filled ? filled : NULL);
	scratch_date(contract->path, LONG_AGO);
}

/* `*state` is the run; from here on it is the contract. */
static int set_up(void **state)
{
	struct contract *contract = calloc(1, sizeof(*contract));
	char path[SCRATCH_PATH];

	assert_non_null(contract);
	contract->run = *state;
	*state = contract;
	scratch_make(&contract->scratch);
	make_table(contract);
	contract->place = (struct map_place){
		.path = contract->path,
		.note_fd = open(scratch_path(&contract->scratch, "lock", path),
				O_RDWR | O_CREAT | O_CLOEXEC, 0600),
		/* A table with records must be followed against this. */
		.nul_when_empty = contract->kind->filled != contract->kind->with_nul,
		.in_place = map_type_in_place(contract->kind->type),
	};
	assert_true(contract->place.note_fd >= 0);
	assert_int_equal(map_backend_load(contract->kind->type, getenv("SAP_BACKENDS"),
					  &contract->loaded, NULL),
			 0);
	contract->backend = contract->loaded.backend;
	return 0;
}

static void run_one(void **state)
{
	struct contract *contract = *state;

	contract->run->one->test(contract);
}

static int tear_down(void **state)
{
	struct contract *contract = *state;

	contract_close(contract);
	(void)close(contract->place.note_fd);
	map_backend_unload(&contract->loaded);
	scratch_remove(&contract->scratch);
	free(contract);
	return 0;
}

int contract_run(const struct contract_case *cases, size_t count)
{
	size_t total = 0;
	const size_t room = count * COUNT(kinds);
	struct CMUnitTest *tests = calloc(room, sizeof(*tests));
	struct run *runs = calloc(room, sizeof(*runs));
	char(*names)[128] = calloc(room, sizeof(*names));

	if (!tests || !runs || !names)
		return 1;
	for (size_t i = 0; i < room; i++) {
		const struct table_kind *kind = &kinds[i % COUNT(kinds)];
		const struct contract_case *one = &cases[i / COUNT(kinds)];
		if (one->berkeley_only && kind_is_lmdb(kind))
			continue;
		struct run *run = &runs[total];
		*run = (struct run){ kind, one };
		(void)snprintf(names[total], sizeof(names[total]), "%s (%s)", one->name,
			       kind->label);
		tests[total] = (struct CMUnitTest){ names[total], run_one, set_up,
						    tear_down, run };
		total++;
	}
	const int failed =
		_cmocka_run_group_tests("map_contract", tests, total, NULL, NULL);
	free(names);
	free(runs);
	free(tests);
	return failed;
}

void contract_open(struct contract *contract)
{
	struct why why = { 0 };

	if (contract->backend->open(&contract->place, &contract->map, &why) < 0)
		fail_msg("%s", why.text);
}

void contract_close(struct contract *contract)
{
	contract->map = contract->backend->close(contract->map);
	assert_null(contract->map);
}

void contract_begin(struct contract *contract)
{
	struct why why = { 0 };

	contract_open(contract);
	if (contract->backend->begin(contract->map, &why) < 0)
		fail_msg("%s", why.text);
}

void contract_put(struct contract *contract, const char *key, const char *value)
{
	struct why why = { 0 };

	if (contract->backend->put(contract->map, key, value, &why) < 0)
		fail_msg("%s", why.text);
}

static size_t take_nuls_out(char *text)
{
	size_t count = 0;

	for (char *at; (at = strstr(text, "\\x00")); count++)
		memmove(at, at + 4, strlen(at + 4) + 1);
	return count;
}

void check_content(const char *label, const struct contract *contract, const char *want)
{
	char text[BERKELEY_TEXT];
	size_t lines = 0;

	(void)contract_text(contract, text);
	for (const char *at = text; *at; at++)
		lines += *at == '\n';
	const size_t nuls = take_nuls_out(text);
	check_text(label, text, want);
	check_int(label, nuls, contract->kind->with_nul ? 2 * lines : 0);
}

void check_unchanged(const char *label, const struct contract *contract)
{
	check_content(label, contract, contract->kind->filled ? FILLED_TEXT : "");
}

void check_no_stray(const char *label, const struct contract *contract)
{
	char path[SCRATCH_PATH];
	int count = 0;
	DIR *mail = opendir(scratch_path(&contract->scratch, "mail", path));

	assert_non_null(mail);
	while (readdir(mail))
		count++;
	(void)closedir(mail);
	check_int(label, count, 3); /* with . and .. */
	check_false(label, exchange_note_present(contract->place.note_fd));
	check_false(label, map_needs_recovery(&contract->place));
}
