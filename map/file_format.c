/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/file_format.h"

#include "base/why.h"

#include <byteswap.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH_MAGIC 0x061561U
#define BTREE_MAGIC 0x053162U
#define QUEUE_MAGIC 0x042253U
#define HEAP_MAGIC 0x074582U
#define LMDB_MAGIC 0xBEEFC0DEU
#define FORMAT_VERSION 9U /* hash and btree, libdb 5.3 */

#define CDB_TABLE 2048 /* a cdb file begins with 256 pairs of position and length */

struct head {
	uint32_t word[CDB_TABLE / sizeof(uint32_t)];
	size_t bytes;
	uint64_t file_size;
};

/* Where the words stand: Berkeley DB 2 and later keep magic and version behind the
 * log sequence number and the page number; 1.85 begins with them. */
enum { OLD_MAGIC = 0, OLD_VERSION = 1, MAGIC = 3, VERSION = 4, LMDB_MAGIC_AT = 4 };

static bool is_berkeley(uint32_t magic)
{
	return magic == HASH_MAGIC || magic == BTREE_MAGIC || magic == QUEUE_MAGIC ||
	       magic == HEAP_MAGIC;
}

static int berkeley(const struct head *head, const char **ret_what)
{
	const uint32_t magic = head->word[MAGIC];

	if (magic != HASH_MAGIC && magic != BTREE_MAGIC) {
		*ret_what = "a Berkeley DB queue or heap; only hash and btree are tables";
		return FORMAT_OTHER;
	}
	if (head->word[VERSION] != FORMAT_VERSION) {
		*ret_what = "a Berkeley DB table of another format version than this "
			    "libdb's; rebuild it from its text with makemap";
		return FORMAT_OLD_BERKELEY;
	}
	*ret_what = magic == HASH_MAGIC ? "a hash table" : "a btree table";
	return magic == HASH_MAGIC ? FORMAT_HASH : FORMAT_BTREE;
}

/* Every one of the 256 hash tables lies behind the head and inside the file. */
static bool is_cdb(const struct head *head)
{
	if (head->bytes < CDB_TABLE)
		return false;
	for (size_t i = 0; i < CDB_TABLE / sizeof(uint32_t); i += 2) {
		const uint64_t position = head->word[i], slots = head->word[i + 1];
		if (position < CDB_TABLE || position + slots * 8 > head->file_size)
			return false;
	}
	return true;
}

/* In every locale. */
static bool is_blank(unsigned char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static bool is_text(const struct head *head)
{
	const unsigned char *byte = (const unsigned char *)head->word;

	for (size_t i = 0; i < head->bytes; i++)
		if (byte[i] < 0x20 && !is_blank(byte[i]))
			return false;
	return true;
}

static const char *other(const struct head *head)
{
	if (head->file_size == 0)
		return "an empty file; make a table of it with makemap or postmap, or "
		       "remove it when it is pam_sap's own";
	if (is_berkeley(bswap_32(head->word[MAGIC])))
		return "a Berkeley DB table of a machine with another byte order; "
		       "rebuild it from its text with makemap";
	if (head->bytes >= 16 && memcmp(head->word, "SQLite format 3", 16) == 0)
		return "an SQLite database";
	if (is_text(head))
		return "a text file; the table made of it by makemap is meant";
	return "no table that is known here";
}

const char *file_format_type(enum file_format format)
{
	switch (format) {
	case FORMAT_HASH:
		return "hash";
	case FORMAT_BTREE:
		return "btree";
	case FORMAT_LMDB:
		return "lmdb";
	default:
		return NULL;
	}
}

int file_format_refuse(const char *path, enum file_format format, const char *what,
		       struct why *why)
{
	const char *type = file_format_type(format);

	if (!type)
		return why_say(why, -EBADMSG, "%s is %s", path, what);
	return why_say(why, -EBADMSG, "%s is %s: name it %s:%s", path, what, type, path);
}

int file_format_of(int fd, const char **ret_what)
{
	struct head head = { 0 };
	struct stat file;

	if (fstat(fd, &file) < 0)
		return -errno;
	const ssize_t bytes = pread(fd, head.word, sizeof(head.word), 0);
	if (bytes < 0)
		return -errno;
	head.bytes = (size_t)bytes;
	head.file_size = (uint64_t)file.st_size;

	if (is_berkeley(head.word[MAGIC]))
		return berkeley(&head, ret_what);
	/* Behind the head of its first page, which a 32-bit machine writes shorter. */
	if (head.word[LMDB_MAGIC_AT] == LMDB_MAGIC ||
	    head.word[LMDB_MAGIC_AT - 1] == LMDB_MAGIC) {
		*ret_what = "an LMDB table";
		return FORMAT_LMDB;
	}
	if (is_berkeley(head.word[OLD_MAGIC]) ||
	    is_berkeley(bswap_32(head.word[OLD_MAGIC]))) {
		*ret_what = "a Berkeley DB 1.85 table (hash version 2 or older); rebuild "
			    "it from its text with makemap";
		return FORMAT_OLD_BERKELEY;
	}
	if (is_cdb(&head)) {
		*ret_what = "a cdb table";
		return FORMAT_CDB;
	}
	*ret_what = other(&head);
	return FORMAT_OTHER;
}
