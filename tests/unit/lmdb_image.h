/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lmdb_image - the bytes of an LMDB table, to be damaged and looked at
 *
 * The table has had five transactions, so that there are free pages, a root with some
 * leaves below it, and some values on pages of their own.
 */
#pragma once

#include "scratch.h"

#include <stddef.h>

struct lmdb_image {
	unsigned char *bytes; /* to be freed */
	size_t size;
	char path[SCRATCH_PATH]; /* where lmdb_image_write puts it */
};

void lmdb_image_load(struct lmdb_image *image, const struct scratch *scratch);
void lmdb_image_copy(const struct lmdb_image *whole, struct lmdb_image *ret);
void lmdb_image_write(const struct lmdb_image *image);

/* lmdb_meta_read and lmdb_check on what was written. */
int lmdb_image_check(const struct lmdb_image *image, const char **ret_fault);

/* Walk through it, replace and remove records until pages split and merge, and walk
 * again: by libmdb, in a child. 0, or the child's wait status. */
int lmdb_image_use(const struct lmdb_image *image);
