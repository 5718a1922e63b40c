/* SPDX-License-Identifier: BSD-2-Clause */
#include "map_contract_turns.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *beside(const struct contract *contract, const char *name,
		   char path[static SCRATCH_PATH])
{
	return scratch_path(&contract->scratch, name, path);
}

void keep_spares(struct contract *contract)
{
	if (geteuid() != 0)
		skip();
	beside(contract, "run", contract->run_dir);
	assert_int_equal(mkdir(contract->run_dir, 0755), 0);
	contract->place.run_dir = contract->run_dir;
}

ino_t commit_key(struct contract *contract, const char *key)
{
	struct why why = { 0 };

	contract_begin(contract);
	contract_put(contract, key, "RELAY");
	if (contract->backend->commit(contract->map, &why) < 0)
		fail_msg("%s", why.text);
	contract_close(contract);
	return scratch_stat(contract->path).st_ino;
}

void check_keys(const char *label, const struct contract *contract, int count)
{
	char want[BERKELEY_TEXT] = "";
	size_t length = 0;

	/* Sorted: digits before letters, and "k" between "e" and the end. */
	length += (size_t)snprintf(want, sizeof(want), "%s",
				   contract->kind->filled ? FILLED_TEXT : "");
	for (int i = 1; i <= count; i++)
		length += (size_t)snprintf(want + length, sizeof(want) - length,
					   "k%02d=RELAY\n", i);
	check_content(label, contract, want);
}

void commit_keys(struct contract *contract, int from, int to)
{
	char key[8];

	for (int i = from; i <= to; i++) {
		(void)snprintf(key, sizeof(key), "k%02d", i);
		(void)commit_key(contract, key);
	}
}

void check_folder(const char *label, const struct contract *contract)
{
	char path[SCRATCH_PATH];

	check_int(label, access(beside(contract, "mail/.access.db.pam_sap", path), F_OK),
		  -1);
}
