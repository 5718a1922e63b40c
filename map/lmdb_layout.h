/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lmdb_layout - what stands in a file of LMDB 0.9 (data version 1)
 *
 * In the words and the byte order of the machine that wrote it. Pages 0 and 1 are the
 * two metas; the valid one with the higher transaction is the table. A transaction
 * writes new pages and then, over the older meta, one that names them.
 *
 *	branch	nodes of a key and a page; the first one's key says nothing
 *	leaf	nodes of a key and a value, or a key and the number of an overflow page
 *	overflow	one value over several pages in a row
 *
 * Nodes stand at the end of their page without a gap, in any order; behind the page's
 * head is an array of where each is, in the order of the keys. The free tree's keys are
 * transactions, its values lists of pages: how many, then their numbers, descending.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define LMDB_MAGIC 0xBEEFC0DEU
#define LMDB_VERSION 1U
#define LMDB_NO_PAGE ((size_t)-1)
#define LMDB_METAS 2U
#define LMDB_KEY_MAX 511U

enum lmdb_tree_name { LMDB_FREE, LMDB_MAIN };
enum lmdb_page_kind { LMDB_BRANCH = 1, LMDB_LEAF = 2, LMDB_OVERFLOW = 4, LMDB_META = 8 };
enum lmdb_node_flag { LMDB_BIG = 1 };
/* Of a free tree: integer keys; no folder, which the maker of the file may have said. */
enum lmdb_tree_flag { LMDB_INTEGER_KEY = 0x08, LMDB_NO_FOLDER = 0x4000 };

struct lmdb_tree {
	uint32_t page_size; /* the free tree's alone */
	uint16_t flags;
	uint16_t depth;
	size_t branch_pages, leaf_pages, overflow_pages;
	size_t entries;
	size_t root; /* LMDB_NO_PAGE: empty */
};

struct lmdb_meta {
	uint32_t magic, version;
	size_t address, map_size;
	struct lmdb_tree tree[2];
	size_t last_page;
	size_t transaction;
};

struct lmdb_page_head {
	size_t number;
	uint16_t pad;
	uint16_t kind;
	union {
		struct {
			uint16_t lower, upper; /* of the gap between array and nodes */
		} gap;
		uint32_t pages; /* of an overflow */
	} of;
};

/* A page's number takes `low` to `flags` of a branch's node, a value's size the first
 * two of a leaf's. */
struct lmdb_node_head {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint16_t low, high;
#else
	uint16_t high, low;
#endif
	uint16_t flags;
	uint16_t key_size;
};
