/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/lmdb_meta.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEAST_PAGE 4096U
#define MOST_PAGE 32768U
/* Pages that a transaction took and did not use need not be in the file: no more than
 * libmdb keeps in memory at once. */
#define MOST_UNWRITTEN 131072U
/* The next one must not wrap round. */
#define LAST_TRANSACTION (LMDB_NO_PAGE / 4)

struct meta_page {
	struct lmdb_page_head head;
	struct lmdb_meta meta;
};

static int read_meta(int fd, off_t at, struct meta_page *ret)
{
	const ssize_t got = pread(fd, ret, sizeof(*ret), at);

	if (got < 0)
		return -errno;
	return got == (ssize_t)sizeof(*ret) ? 0 : -EBADMSG;
}

static const char *fault_of_page(const struct meta_page *page, unsigned slot)
{
	const struct lmdb_meta *meta = &page->meta;
	const size_t size = meta->tree[LMDB_FREE].page_size;

	if (page->head.kind != LMDB_META || meta->magic != LMDB_MAGIC)
		return "its head is no LMDB head";
	if (meta->version != LMDB_VERSION)
		return "it is of another version of LMDB";
	if (size < LEAST_PAGE || size > MOST_PAGE || (size & (size - 1)) != 0)
		return "its page size is none";
	/* The next transaction is written over the older one: which is that? */
	if (meta->transaction > LAST_TRANSACTION ||
	    (meta->transaction != 0 && (meta->transaction & 1) != slot))
		return "its transactions are out of order";
	return NULL;
}

static const char *fault_of_tree(const struct lmdb_extent *extent,
				 const struct lmdb_tree *tree)
{
	if (tree->root == LMDB_NO_PAGE)
		return tree->depth == 0 && tree->entries == 0 ? NULL
							      : "an empty tree has depth";
	if (tree->depth == 0 || tree->root < LMDB_METAS || tree->root >= extent->pages ||
	    tree->root > extent->meta.last_page)
		return "the root of a tree is out of the file";
	return NULL;
}

static const char *fault_of_extent(const struct lmdb_extent *extent)
{
	const struct lmdb_meta *meta = &extent->meta;
	const unsigned known = LMDB_INTEGER_KEY | LMDB_NO_FOLDER;

	if (meta->last_page < LMDB_METAS - 1 ||
	    meta->last_page >= extent->pages + MOST_UNWRITTEN)
		return "its last page is far behind its end";
	if (!(meta->tree[LMDB_FREE].flags & LMDB_INTEGER_KEY) ||
	    (meta->tree[LMDB_FREE].flags & ~known) != 0)
		return "its list of free pages is none";
	if (meta->tree[LMDB_MAIN].flags != 0)
		return "it has several values a key, or keys that are no text";
	const char *fault = fault_of_tree(extent, &meta->tree[LMDB_FREE]);
	return fault ? fault : fault_of_tree(extent, &meta->tree[LMDB_MAIN]);
}

static int choose(struct lmdb_extent *ret, const struct meta_page page[static 2],
		  const char **ret_fault)
{
	const size_t sizes[2] = { page[0].meta.tree[LMDB_FREE].page_size,
				  page[1].meta.tree[LMDB_FREE].page_size };

	*ret_fault = fault_of_page(&page[0], 0);
	if (!*ret_fault)
		*ret_fault = fault_of_page(&page[1], 1);
	if (!*ret_fault && sizes[0] != sizes[1])
		*ret_fault = "it has two page sizes";
	if (*ret_fault)
		return -EBADMSG;
	/* As libmdb chooses: the second one only when it is newer. */
	ret->meta = page[page[0].meta.transaction < page[1].meta.transaction].meta;
	*ret_fault = fault_of_extent(ret);
	return *ret_fault ? -EBADMSG : 0;
}

int lmdb_meta_read(int fd, struct lmdb_extent *ret, const char **ret_fault)
{
	struct meta_page page[2];
	struct stat file;

	*ret_fault = "it is cut off";
	if (fstat(fd, &file) < 0)
		return -errno;
	int error = read_meta(fd, 0, &page[0]);
	if (error < 0)
		return error;
	const size_t size = page[0].meta.tree[LMDB_FREE].page_size;
	if (size < LEAST_PAGE || size > MOST_PAGE) {
		*ret_fault = "its page size is none";
		return -EBADMSG;
	}
	error = read_meta(fd, (off_t)size, &page[1]);
	if (error < 0)
		return error;
	*ret = (struct lmdb_extent){ .fd = fd,
				     .page_size = size,
				     .pages = (size_t)file.st_size / size };
	return choose(ret, page, ret_fault);
}
