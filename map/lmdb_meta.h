/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lmdb_meta - the two first pages of an LMDB file, looked at before libmdb sees them
 *
 * mdb_env_open() divides by what they say and maps as much as they want. Anything that
 * LMDB itself would not have written there is refused, also what it could have
 * written and no mail server's table has: sub-databases, several values a key.
 */
#pragma once

#include "map/lmdb_layout.h"

#include <stddef.h>

struct lmdb_extent {
	int fd; /* borrowed */
	size_t page_size;
	size_t pages; /* that are in the file */
	struct lmdb_meta meta;
};

/* -EBADMSG: `*ret_fault` completes "it is damaged: ..."; a constant text. */
int lmdb_meta_read(int fd, struct lmdb_extent *ret, const char **ret_fault);
