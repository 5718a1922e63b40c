/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map_contract - what map/map.h promises, for whatever backend and table
 *
 * map_contract.c and map_contract_commit.c have the test bodies; each is run over each
 * kind of table. The tables are made and read by libdb and libmdb alone. What is about a
 * copy that takes the table's place is for Berkeley DB alone, and marked so.
 */
#pragma once

#include "berkeley_table.h"
#include "check.h"
#include "scratch.h"

#include "base/why.h"
#include "map/map.h"
#include "map/map_backend.h"

#define LONG_AGO 1000000000L

struct table_kind {
	const char *label;
	const char *type;
	DBTYPE db_type; /* of a Berkeley DB table */
	bool filled;
	bool with_nul; /* an empty one: by nul_when_empty */
};

/* The records of a filled table, in the order of contract_text. */
#define FILLED_TEXT "10=REJECT\n192.0.2.1=RELAY\nexample.org=550 no\n"

struct run; /* which test, which kind of table */

struct contract {
	const struct run *run;
	const struct table_kind *kind;
	struct scratch scratch;
	char path[SCRATCH_PATH];
	char run_dir[SCRATCH_PATH]; /* there once a test has made it */
	struct map_place place;
	struct loaded_backend loaded;
	const struct map_backend *backend;
	struct map *map; /* open; closed by the teardown */
};

typedef void contract_test(struct contract *contract);

struct contract_case {
	const char *name;
	contract_test *test;
	bool berkeley_only;
};

/* Runs each over each kind of table. Returns main's. */
int contract_run(const struct contract_case *cases, size_t count);
#define CONTRACT(name)                                                                   \
	{                                                                                \
#name, name, false                                                       \
	}
/* About the copy: LMDB changes its tables in place. */
#define BERKELEY_CONTRACT(name)                                                          \
	{                                                                                \
#name, name, true                                                        \
	}

/* Tables of the contract's kind, made and read by the library alone. */
bool kind_is_lmdb(const struct table_kind *kind);
void contract_table(const struct contract *contract, const char *path,
		    const struct pair *pairs);
void contract_record(const struct contract *contract, struct map_bytes key,
		     struct map_bytes value);
const char *contract_text(const struct contract *contract,
			  char text[static BERKELEY_TEXT]);

void contract_open(struct contract *contract);
void contract_close(struct contract *contract);
/* open and begin */
void contract_begin(struct contract *contract);
void contract_put(struct contract *contract, const char *key, const char *value);

/* What the path has, without the NULs of the convention, which every one must follow. */
void check_content(const char *label, const struct contract *contract, const char *want);
/* The table as it was made. */
void check_unchanged(const char *label, const struct contract *contract);
/* The folder has the table alone, the note is empty. */
void check_no_stray(const char *label, const struct contract *contract);
