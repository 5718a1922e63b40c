/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lmdb_page - one page of keys of an LMDB file, and whether its nodes are in bounds
 */
#pragma once

#include "map/lmdb_layout.h"

#include <stdbool.h>

struct lmdb_page {
	const unsigned char *bytes;
	size_t size;
	struct lmdb_page_head head;
	size_t nodes;
};

struct lmdb_node {
	struct lmdb_node_head head;
	const unsigned char *key;
	const unsigned char *data; /* behind the key */
	size_t data_size;	   /* of the value, wherever it is; a leaf's */
	size_t page;		   /* a branch's */
};

/*
 * Look at all of it: `bytes` must be the page `number`, and of this kind. NULL, and
 * `ret` is good; or what is wrong, which completes "it is damaged: ...".
 */
const char *lmdb_page_look(const unsigned char *bytes, size_t size, size_t number,
			   enum lmdb_page_kind kind, struct lmdb_page *ret);

/* Of a page that was looked at; `index` < nodes. */
struct lmdb_node lmdb_page_node(const struct lmdb_page *page, size_t index);
