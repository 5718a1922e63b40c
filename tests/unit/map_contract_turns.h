/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map_contract_turns - commits one after the other, each of which puts one key
 */
#pragma once

#include "map_contract.h"

#define TURNS 3 /* the table and two spares */
#define SPARE_1 "mail/.access.db.pam_sap.1"
#define SPARE_2 "mail/.access.db.pam_sap.2"

/* The path of a file of the test's folder. */
const char *beside(const struct contract *contract, const char *name,
		   char path[static SCRATCH_PATH]);

/* Let spares be kept. Ends the test where they cannot be. */
void keep_spares(struct contract *contract);

/* One commit that puts `key`; returns the inode of the table that it leaves. */
ino_t commit_key(struct contract *contract, const char *key);

/* The keys k01, k02 ... in a commit each. */
void commit_keys(struct contract *contract, int from, int to);

/* What a filled or an empty table says after the keys k01 ... of `count` were put. */
void check_keys(const char *label, const struct contract *contract, int count);

/* Nothing has the copy's name. */
void check_folder(const char *label, const struct contract *contract);
