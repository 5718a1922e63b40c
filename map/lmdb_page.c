/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/lmdb_page.h"

#include <string.h>

#define HEAD sizeof(struct lmdb_page_head)
#define NODE sizeof(struct lmdb_node_head)
#define MOST_PAGE 32768U

/* One bit for each two bytes of the page, since nodes stand at even places. */
struct taken {
	unsigned char bits[MOST_PAGE / 16];
};

static size_t node_at(const struct lmdb_page *page, size_t index)
{
	uint16_t at;

	memcpy(&at, page->bytes + HEAD + index * sizeof(at), sizeof(at));
	return at;
}

static struct lmdb_node_head head_at(const struct lmdb_page *page, size_t at)
{
	struct lmdb_node_head head;

	memcpy(&head, page->bytes + at, sizeof(head));
	return head;
}

static size_t value_size(const struct lmdb_node_head *head)
{
	return head->low | (size_t)head->high << 16;
}

/* What the node takes up in its page. */
static size_t node_size(const struct lmdb_page *page, const struct lmdb_node_head *head)
{
	size_t size = NODE + head->key_size;

	if (page->head.kind == LMDB_LEAF)
		size += head->flags & LMDB_BIG ? sizeof(size_t) : value_size(head);
	return (size + 1) & ~(size_t)1;
}

/* Two nodes in one place would grow out of the page when one is removed. */
static bool take(struct taken *taken, size_t at, size_t size)
{
	for (size_t i = at / 2; i < (at + size) / 2; i++) {
		if (taken->bits[i / 8] & 1U << i % 8)
			return false;
		taken->bits[i / 8] |= (unsigned char)(1U << i % 8);
	}
	return true;
}

static const char *look_at_node(const struct lmdb_page *page, size_t index,
				struct taken *taken, size_t *sum)
{
	const size_t at = node_at(page, index);

	if (at % 2 != 0 || at < page->head.of.gap.upper || at + NODE > page->size)
		return "a node is out of its page";
	const struct lmdb_node_head head = head_at(page, at);
	const size_t size = node_size(page, &head);
	if (size > page->size - at)
		return "a node is out of its page";
	if (head.key_size > LMDB_KEY_MAX)
		return "a key is too long";
	if (page->head.kind == LMDB_LEAF && head.key_size == 0)
		return "a key is empty";
	if (page->head.kind == LMDB_LEAF && (head.flags & ~(unsigned)LMDB_BIG) != 0)
		return "it has sub-databases or several values a key";
	if (!take(taken, at, size))
		return "two nodes are in one place";
	*sum += size;
	return NULL;
}

const char *lmdb_page_look(const unsigned char *bytes, size_t size, size_t number,
			   enum lmdb_page_kind kind, struct lmdb_page *ret)
{
	struct taken taken = { { 0 } };
	const char *fault = NULL;
	size_t sum = 0;

	*ret = (struct lmdb_page){ .bytes = bytes, .size = size };
	memcpy(&ret->head, bytes, HEAD);
	if (ret->head.number != number || ret->head.kind != kind || size > MOST_PAGE)
		return "a page is not what it should be";
	const size_t lower = ret->head.of.gap.lower, upper = ret->head.of.gap.upper;
	if (lower < HEAD || lower % 2 != 0 || upper % 2 != 0 || lower > upper ||
	    upper > size)
		return "a page has no sound head";
	ret->nodes = (lower - HEAD) / sizeof(uint16_t);
	/* libmdb aborts on a branch that does not branch. */
	if (ret->nodes < (kind == LMDB_BRANCH ? 2 : 1))
		return "a page has too few nodes";
	for (size_t i = 0; i < ret->nodes && !fault; i++)
		fault = look_at_node(ret, i, &taken, &sum);
	if (!fault && sum != size - upper)
		fault = "a page has a gap between its nodes";
	return fault;
}

struct lmdb_node lmdb_page_node(const struct lmdb_page *page, size_t index)
{
	const size_t at = node_at(page, index);
	struct lmdb_node node = { .head = head_at(page, at),
				  .key = page->bytes + at + NODE };

	node.data = node.key + node.head.key_size;
	node.data_size = value_size(&node.head);
	node.page = node.data_size;
#if SIZE_MAX > UINT32_MAX
	node.page |= (size_t)node.head.flags << 32;
#endif
	return node;
}
