/* SPDX-License-Identifier: BSD-2-Clause */
/* Each damage of an LMDB file by its name. At random: lmdb_mutate.c. */
#include "map/lmdb_check.h"

#include "check.h"
#include "lmdb_image.h"

#include <errno.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096U
#define NEWER 1 /* which meta is the newer one, in a table with an odd transaction */

static void what_libmdb_writes_is_sound(void **state)
{
	struct lmdb_image image;
	const char *fault = "";

	lmdb_image_load(&image, *state);
	lmdb_image_write(&image);
	check_int("whole", lmdb_image_check(&image, &fault), 0);
	for (int i = 0; i < 5; i++) {
		check_int("used", lmdb_image_use(&image), 0);
		if (lmdb_image_check(&image, &fault) != 0)
			fail_msg("used %d times: %s", i + 1, fault);
	}
	free(image.bytes);
}

static struct lmdb_meta *meta_of(const struct lmdb_image *image, unsigned slot)
{
	return (struct lmdb_meta *)(void *)(image->bytes + slot * PAGE +
					    sizeof(struct lmdb_page_head));
}

static unsigned char *page_of(const struct lmdb_image *image, size_t number)
{
	return image->bytes + number * PAGE;
}

static unsigned char *root_of(const struct lmdb_image *image, enum lmdb_tree_name tree)
{
	return page_of(image, meta_of(image, NEWER)->tree[tree].root);
}

static struct lmdb_page_head *head_of(unsigned char *page)
{
	return (struct lmdb_page_head *)(void *)page;
}

static uint16_t *slots_of(unsigned char *page)
{
	return (uint16_t *)(void *)(page + sizeof(struct lmdb_page_head));
}

static struct lmdb_node_head *node_of(unsigned char *page, size_t index)
{
	return (struct lmdb_node_head *)(void *)(page + slots_of(page)[index]);
}

static unsigned char *leaf_of(const struct lmdb_image *image)
{
	return page_of(image, node_of(root_of(image, LMDB_MAIN), 0)->low);
}

static void cut_in_meta(struct lmdb_image *image)
{
	image->size = PAGE + 100;
}

static void cut_in_half(struct lmdb_image *image)
{
	image->size = image->size / 2 & ~(size_t)(PAGE - 1);
}

static void huge_page(struct lmdb_image *image)
{
	meta_of(image, 0)->tree[LMDB_FREE].page_size = 1U << 31;
}

static void no_page(struct lmdb_image *image)
{
	meta_of(image, 0)->tree[LMDB_FREE].page_size = 0;
}

static void other_page_size(struct lmdb_image *image)
{
	meta_of(image, NEWER)->tree[LMDB_FREE].page_size = 8192;
}

static void other_version(struct lmdb_image *image)
{
	meta_of(image, NEWER)->version = 2;
}

static void no_meta_magic(struct lmdb_image *image)
{
	meta_of(image, 1)->magic++;
}

static void last_page_far(struct lmdb_image *image)
{
	meta_of(image, NEWER)->last_page = (size_t)-2;
}

static void transaction_wraps(struct lmdb_image *image)
{
	meta_of(image, NEWER)->transaction = (size_t)-1;
}

static void both_metas_even(struct lmdb_image *image)
{
	meta_of(image, NEWER)->transaction += 1;
}

static void several_values(struct lmdb_image *image)
{
	meta_of(image, NEWER)->tree[LMDB_MAIN].flags = MDB_DUPSORT;
}

static void root_out(struct lmdb_image *image)
{
	meta_of(image, NEWER)->tree[LMDB_MAIN].root = 1U << 30;
}

static void root_is_meta(struct lmdb_image *image)
{
	meta_of(image, NEWER)->tree[LMDB_MAIN].root = 1;
}

static void too_deep(struct lmdb_image *image)
{
	meta_of(image, NEWER)->tree[LMDB_MAIN].depth = 60000;
}

static void one_deeper(struct lmdb_image *image)
{
	meta_of(image, NEWER)->tree[LMDB_MAIN].depth++;
}

static void one_entry_more(struct lmdb_image *image)
{
	meta_of(image, NEWER)->tree[LMDB_MAIN].entries++;
}

static void child_out(struct lmdb_image *image)
{
	node_of(root_of(image, LMDB_MAIN), 1)->high = 0xffff;
}

static void loop(struct lmdb_image *image)
{
	node_of(root_of(image, LMDB_MAIN), 1)->low =
		(uint16_t)head_of(root_of(image, LMDB_MAIN))->number;
}

static void child_twice(struct lmdb_image *image)
{
	node_of(root_of(image, LMDB_MAIN), 1)->low =
		node_of(root_of(image, LMDB_MAIN), 0)->low;
}

static void other_number(struct lmdb_image *image)
{
	head_of(leaf_of(image))->number++;
}

static void unknown_kind(struct lmdb_image *image)
{
	head_of(leaf_of(image))->kind |= 0x10;
}

static void gap_backwards(struct lmdb_image *image)
{
	head_of(leaf_of(image))->of.gap.upper = 20;
}

static void many_nodes(struct lmdb_image *image)
{
	head_of(leaf_of(image))->of.gap.lower = 0xfffe;
}

static void no_nodes(struct lmdb_image *image)
{
	head_of(leaf_of(image))->of.gap.lower = sizeof(struct lmdb_page_head);
}

static void node_out(struct lmdb_image *image)
{
	slots_of(leaf_of(image))[0] = PAGE - 2;
}

static void nodes_in_one_place(struct lmdb_image *image)
{
	slots_of(leaf_of(image))[1] = slots_of(leaf_of(image))[0];
}

static void long_key(struct lmdb_image *image)
{
	node_of(leaf_of(image), 0)->key_size = 0xffff;
}

static void long_value(struct lmdb_image *image)
{
	node_of(leaf_of(image), 0)->high = 0xffff;
}

static void sub_database(struct lmdb_image *image)
{
	node_of(leaf_of(image), 0)->flags |= 2;
}

static void keys_swapped(struct lmdb_image *image)
{
	uint16_t *slots = slots_of(leaf_of(image)), first = slots[0];

	slots[0] = slots[1];
	slots[1] = first;
}

/* The first leaf with a long value. */
static struct lmdb_node_head *big_node(struct lmdb_image *image)
{
	unsigned char *root = root_of(image, LMDB_MAIN);

	for (size_t i = 0;; i++) {
		unsigned char *leaf = page_of(image, node_of(root, i)->low);
		const size_t nodes =
			(head_of(leaf)->of.gap.lower - sizeof(struct lmdb_page_head)) / 2;
		for (size_t j = 0; j < nodes; j++)
			if (node_of(leaf, j)->flags & LMDB_BIG)
				return node_of(leaf, j);
	}
}

static void overflow_out(struct lmdb_image *image)
{
	struct lmdb_node_head *node = big_node(image);

	memset((char *)(node + 1) + node->key_size, 0x7f, sizeof(size_t));
}

static void overflow_short(struct lmdb_image *image)
{
	big_node(image)->high = 0x7fff;
}

static size_t *numbers_of(struct lmdb_image *image)
{
	struct lmdb_node_head *node = node_of(root_of(image, LMDB_FREE), 0);

	return (size_t *)(void *)((char *)(node + 1) + node->key_size);
}

static void free_is_used(struct lmdb_image *image)
{
	numbers_of(image)[1] = meta_of(image, NEWER)->tree[LMDB_MAIN].root;
}

static void free_list_long(struct lmdb_image *image)
{
	numbers_of(image)[0] = (size_t)1 << 40;
}

static void free_out(struct lmdb_image *image)
{
	numbers_of(image)[1] = (size_t)1 << 40;
}

static const struct {
	const char *label;
	void (*damage)(struct lmdb_image *image);
	const char *want;
} damages[] = {
	{ "cut in the second meta", cut_in_meta, "cut off" },
	{ "cut in half", cut_in_half, "out of the file" },
	{ "a page of 2 GiB", huge_page, "page size" },
	{ "a page of nothing", no_page, "page size" },
	{ "two page sizes", other_page_size, "two page sizes" },
	{ "another version", other_version, "another version" },
	{ "no magic", no_meta_magic, "no LMDB head" },
	{ "the last page far out", last_page_far, "last page" },
	{ "a transaction that wraps", transaction_wraps, "transactions" },
	{ "two even transactions", both_metas_even, "transactions" },
	{ "several values a key", several_values, "several values" },
	{ "root out of the file", root_out, "root of a tree" },
	{ "root is a meta", root_is_meta, "root of a tree" },
	{ "too deep", too_deep, "too deep" },
	{ "a level more than there is", one_deeper, "not what it should be" },
	{ "an entry more than there is", one_entry_more, "not as many entries" },
	{ "a page out of the file", child_out, "out of the file" },
	{ "a loop", loop, "two places" },
	{ "a page twice", child_twice, "two places" },
	{ "a page with another number", other_number, "not what it should be" },
	{ "a page of an unknown kind", unknown_kind, "not what it should be" },
	{ "a gap that ends before it starts", gap_backwards, "sound head" },
	{ "more nodes than room", many_nodes, "sound head" },
	{ "no nodes", no_nodes, "too few nodes" },
	{ "a node out of its page", node_out, "out of its page" },
	{ "two nodes in one place", nodes_in_one_place, "one place" },
	{ "a long key", long_key, "out of its page" },
	{ "a long value", long_value, "out of its page" },
	{ "a sub-database", sub_database, "sub-databases" },
	{ "keys out of order", keys_swapped, "out of order" },
	{ "a long value elsewhere", overflow_out, "out of the file" },
	{ "a long value too long", overflow_short, "long value" },
	{ "a free page that is used", free_is_used, "two places" },
	{ "a list longer than its place", free_list_long, "longer than" },
	{ "a free page out of the file", free_out, "out of the file" },
};

static void each_damage_is_named(void **state)
{
	struct lmdb_image whole;

	lmdb_image_load(&whole, *state);
	assert_int_equal(meta_of(&whole, NEWER)->transaction, 5);
	for (size_t i = 0; i < COUNT(damages); i++) {
		struct lmdb_image image;
		const char *fault = NULL;

		lmdb_image_copy(&whole, &image);
		damages[i].damage(&image);
		lmdb_image_write(&image);
		check_int(damages[i].label, lmdb_image_check(&image, &fault), -EBADMSG);
		check_contains(damages[i].label, fault, damages[i].want);
		free(image.bytes);
	}
	free(whole.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(what_libmdb_writes_is_sound),
		IN_SCRATCH(each_damage_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
