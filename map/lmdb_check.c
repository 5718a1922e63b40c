/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/lmdb_check.h"

#include "base/cleanup.h"
#include "map/lmdb_page.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* libmdb's cursors are 32 deep; a change may need one level more. */
#define DEPTH_MAX 30U
#define NUMBERS 64U /* of free pages that are read at once */
#define HEAD sizeof(struct lmdb_page_head)

struct walk {
	const struct lmdb_extent *extent;
	const struct lmdb_tree *tree;
	bool free;	     /* it is the tree of the free pages */
	unsigned char *seen; /* a bit for each page */
	unsigned char *page; /* one for each level */
	size_t entries;
	const char *fault;
	/* What the next key must be above, or may be equal to. */
	unsigned char floor[LMDB_KEY_MAX];
	size_t floor_size;
	bool floor_taken;
};

static int damaged(struct walk *walk, const char *fault)
{
	walk->fault = fault;
	return -EBADMSG;
}

static int take_pages(struct walk *walk, size_t first, size_t count, size_t end)
{
	if (first < LMDB_METAS || first >= end || count > end - first)
		return damaged(walk, "the number of a page is out of the file");
	for (size_t page = first; page < first + count; page++) {
		const unsigned char bit = (unsigned char)(1U << page % 8);
		if (walk->seen[page / 8] & bit)
			return damaged(walk, "a page is in two places");
		walk->seen[page / 8] |= bit;
	}
	return 0;
}

/* One of a tree is inside the file, a free one may never have been written. */
static size_t end_of_tree(const struct walk *walk)
{
	const struct lmdb_extent *extent = walk->extent;

	return extent->pages <= extent->meta.last_page ? extent->pages
						       : extent->meta.last_page + 1;
}

static int read_at(struct walk *walk, void *into, size_t size, size_t at)
{
	const ssize_t got = pread(walk->extent->fd, into, size, (off_t)at);

	if (got < 0)
		return -errno;
	return got == (ssize_t)size ? 0 : damaged(walk, "it is cut off");
}

static size_t number_of(const struct lmdb_node *node)
{
	size_t number;

	memcpy(&number, node->key, sizeof(number));
	return number;
}

static int compare(const struct walk *walk, const struct lmdb_node *node)
{
	const size_t size = node->head.key_size;
	const size_t both = size < walk->floor_size ? size : walk->floor_size;
	size_t floor;

	if (walk->free) {
		memcpy(&floor, walk->floor, sizeof(floor));
		const size_t number = number_of(node);
		return number < floor ? -1 : number > floor;
	}
	const int differs = memcmp(node->key, walk->floor, both);
	if (differs != 0)
		return differs;
	return size < walk->floor_size ? -1 : size > walk->floor_size;
}

/* A key of a leaf, or one between two pages of a branch: what follows may equal that. */
static int climb(struct walk *walk, const struct lmdb_node *node, bool between)
{
	if (walk->free && node->head.key_size != sizeof(size_t))
		return damaged(walk, "a list of free pages has no number");
	const int order = walk->floor_size == 0 ? 1 : compare(walk, node);
	if (order < 0 || (order == 0 && (between || walk->floor_taken)))
		return damaged(walk, "its keys are out of order");
	memcpy(walk->floor, node->key, node->head.key_size);
	walk->floor_size = node->head.key_size;
	walk->floor_taken = !between;
	return 0;
}

/* Where a value stands: in its page, or in the file. */
struct value {
	const unsigned char *bytes;
	size_t at;
	size_t size;
};

static int find_value(struct walk *walk, const struct lmdb_node *node, struct value *ret)
{
	const size_t page_size = walk->extent->page_size;
	struct lmdb_page_head head = { 0 };
	size_t first;

	*ret = (struct value){ .bytes = node->data, .size = node->data_size };
	if (!(node->head.flags & LMDB_BIG))
		return 0;
	memcpy(&first, node->data, sizeof(first));
	int error = take_pages(walk, first, 1, end_of_tree(walk));
	if (error == 0)
		error = read_at(walk, &head, sizeof(head), first * page_size);
	if (error < 0)
		return error;
	if (head.number != first || head.kind != LMDB_OVERFLOW || head.of.pages == 0 ||
	    head.of.pages * page_size - HEAD < node->data_size)
		return damaged(walk, "a long value is not where it should be");
	*ret = (struct value){ .at = first * page_size + HEAD, .size = node->data_size };
	return head.of.pages == 1 ? 0
				  : take_pages(walk, first + 1, head.of.pages - 1,
					       end_of_tree(walk));
}

static int read_numbers(struct walk *walk, const struct value *value, size_t index,
			size_t *ret, size_t count)
{
	const size_t at = index * sizeof(*ret), size = count * sizeof(*ret);

	if (!value->bytes)
		return read_at(walk, ret, size, value->at + at);
	memcpy(ret, value->bytes + at, size);
	return 0;
}

static int take_free_pages(struct walk *walk, const struct value *value)
{
	const size_t room = value->size / sizeof(size_t);
	size_t numbers[NUMBERS], count = 0, last = LMDB_NO_PAGE;

	if (room == 0 || value->size % sizeof(size_t) != 0)
		return damaged(walk, "a list of free pages is none");
	int error = read_numbers(walk, value, 0, &count, 1);
	if (error == 0 && count > room - 1)
		error = damaged(walk, "a list of free pages is longer than its place");
	for (size_t done = 0; done < count && error == 0; done += NUMBERS) {
		const size_t some = count - done < NUMBERS ? count - done : NUMBERS;
		error = read_numbers(walk, value, 1 + done, numbers, some);
		for (size_t i = 0; i < some && error == 0; i++) {
			if (numbers[i] >= last)
				error = damaged(walk, "free pages are out of order");
			last = numbers[i];
			if (error == 0)
				error = take_pages(walk, last, 1,
						   walk->extent->meta.last_page + 1);
		}
	}
	return error;
}

static int look_at_leaf(struct walk *walk, const struct lmdb_node *node)
{
	struct value value;

	int error = climb(walk, node, false);
	if (error == 0 && walk->free &&
	    (number_of(node) == 0 || number_of(node) > walk->extent->meta.transaction))
		error = damaged(walk, "pages were freed by no transaction");
	if (error == 0)
		error = find_value(walk, node, &value);
	if (error == 0 && walk->free)
		error = take_free_pages(walk, &value);
	walk->entries++;
	return error;
}

/* As deep as the tree says, which is DEPTH_MAX at most. */
static int look_at_page(struct walk *walk, size_t number, unsigned level)
{
	const size_t size = walk->extent->page_size;
	unsigned char *bytes = walk->page + level * size;
	const bool leaf = level + 1 == walk->tree->depth;
	struct lmdb_page page;

	int error = take_pages(walk, number, 1, end_of_tree(walk));
	if (error == 0)
		error = read_at(walk, bytes, size, number * size);
	if (error < 0)
		return error;
	const char *fault = lmdb_page_look(bytes, size, number,
					   leaf ? LMDB_LEAF : LMDB_BRANCH, &page);
	if (fault)
		return damaged(walk, fault);
	for (size_t i = 0; i < page.nodes && error == 0; i++) {
		const struct lmdb_node node = lmdb_page_node(&page, i);
		if (leaf) {
			error = look_at_leaf(walk, &node);
			continue;
		}
		error = i == 0 ? 0 : climb(walk, &node, true);
		if (error == 0)
			error = look_at_page(walk, node.page, level + 1);
	}
	return error;
}

static int look_at_tree(struct walk *walk, enum lmdb_tree_name name)
{
	const struct lmdb_tree *tree = &walk->extent->meta.tree[name];

	walk->tree = tree;
	walk->free = name == LMDB_FREE;
	walk->entries = walk->floor_size = 0;
	if (tree->root == LMDB_NO_PAGE)
		return 0;
	if (tree->depth > DEPTH_MAX)
		return damaged(walk, "a tree is too deep");
	cleanup_free unsigned char *pages = malloc(tree->depth * walk->extent->page_size);
	if (!pages)
		return -ENOMEM;
	walk->page = pages;
	const int error = look_at_page(walk, tree->root, 0);
	walk->page = NULL;
	if (error < 0)
		return error;
	return walk->entries == tree->entries
		       ? 0
		       : damaged(walk, "it has not as many entries as it says");
}

int lmdb_check(const struct lmdb_extent *extent, const char **ret_fault)
{
	const size_t known = extent->pages > extent->meta.last_page
				     ? extent->pages
				     : extent->meta.last_page + 1;
	cleanup_free unsigned char *seen = calloc(known / 8 + 1, 1);
	struct walk walk = { .extent = extent, .seen = seen };

	if (!seen)
		return -ENOMEM;
	int error = look_at_tree(&walk, LMDB_MAIN);
	if (error == 0)
		error = look_at_tree(&walk, LMDB_FREE);
	*ret_fault = walk.fault;
	return error;
}
