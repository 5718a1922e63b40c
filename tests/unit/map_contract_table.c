/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of the contract: each kind by its own library. */
#include "lmdb_table.h"
#include "map_contract.h"

#include <string.h>

bool kind_is_lmdb(const struct table_kind *kind)
{
	return strcmp(kind->type, "lmdb") == 0;
}

void contract_table(const struct contract *contract, const char *path,
		    const struct pair *pairs)
{
	const struct table_kind *kind = contract->kind;

	if (kind_is_lmdb(kind))
		lmdb_table_make(path, kind->with_nul, pairs);
	else
		berkeley_table_make(path, kind->db_type, kind->with_nul, pairs);
}

void contract_record(const struct contract *contract, struct map_bytes key,
		     struct map_bytes value)
{
	const DBT db_key = { .data = (void *)(uintptr_t)key.data,
			     .size = (u_int32_t)key.size };
	const DBT db_value = { .data = (void *)(uintptr_t)value.data,
			       .size = (u_int32_t)value.size };

	if (kind_is_lmdb(contract->kind))
		lmdb_table_put(contract->path, key, value);
	else
		berkeley_table_put(contract->path, &db_key, &db_value);
}

const char *contract_text(const struct contract *contract,
			  char text[static BERKELEY_TEXT])
{
	return kind_is_lmdb(contract->kind) ? lmdb_table_text(contract->path, text)
					    : berkeley_table_text(contract->path, text);
}
