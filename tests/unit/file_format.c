/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/file_format.h"

#include "berkeley_table.h"
#include "check.h"
#include "scratch.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define HASH 0x061561U
#define BTREE 0x053162U
#define QUEUE 0x042253U
#define HEAP 0x074582U
#define LMDB 0xBEEFC0DEU
#define PAGE 4096
#define OTHER_VERSION "of another format version"
#define OLD "Berkeley DB 1.85"
#define FOREIGN "another byte order"

static void check_file(const char *label, const char *path, int want, const char *what)
{
	const char *got = NULL;
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);

	check_int(label, file_format_of(fd, &got), want);
	check_contains(label, got, what);
}

static void libdbs_own_tables_are_known(void **state)
{
	static const struct pair pairs[] = { { "a", "b" }, { NULL, NULL } };
	char path[SCRATCH_PATH];

	scratch_path(*state, "hash", path);
	berkeley_table_make(path, DB_HASH, false, pairs);
	check_file("hash", path, FORMAT_HASH, "a hash table");
	scratch_path(*state, "btree", path);
	berkeley_table_make(path, DB_BTREE, false, pairs);
	check_file("btree", path, FORMAT_BTREE, "a btree table");
	scratch_path(*state, "empty", path);
	berkeley_table_make(path, DB_HASH, false, NULL);
	check_file("hash without records", path, FORMAT_HASH, "a hash table");
}

/* A first page with two words at their places. */
static const struct {
	const char *label;
	size_t magic_at; /* which 32-bit word */
	uint32_t magic, version;
	int want;
	const char *what;
} heads[] = {
	{ "hash 9", 3, HASH, 9, FORMAT_HASH, "a hash table" },
	{ "btree 9", 3, BTREE, 9, FORMAT_BTREE, "a btree table" },
	{ "hash 8", 3, HASH, 8, FORMAT_OLD_BERKELEY, OTHER_VERSION },
	{ "hash 10", 3, HASH, 10, FORMAT_OLD_BERKELEY, OTHER_VERSION },
	{ "btree 8", 3, BTREE, 8, FORMAT_OLD_BERKELEY, OTHER_VERSION },
	{ "queue", 3, QUEUE, 4, FORMAT_OTHER, "queue or heap" },
	{ "heap", 3, HEAP, 1, FORMAT_OTHER, "queue or heap" },
	{ "hash, foreign", 3, 0x61150600, 0x09000000, FORMAT_OTHER, FOREIGN },
	{ "btree, foreign", 3, 0x62310500, 0x09000000, FORMAT_OTHER, FOREIGN },
	{ "hash 2 of 1.85", 0, HASH, 2, FORMAT_OLD_BERKELEY, OLD },
	{ "btree 3 of 1.85", 0, BTREE, 3, FORMAT_OLD_BERKELEY, OLD },
	{ "hash 2 of 1.85, foreign", 0, 0x61150600, 0x02000000, FORMAT_OLD_BERKELEY,
	  OLD },
	{ "LMDB", 4, LMDB, 1, FORMAT_LMDB, "an LMDB table" },
	{ "magic elsewhere", 7, HASH, 9, FORMAT_OTHER, "no table that is known" },
};

static void heads_are_told_apart(void **state)
{
	char path[SCRATCH_PATH];

	scratch_path(*state, "table", path);
	for (size_t i = 0; i < COUNT(heads); i++) {
		uint32_t page[PAGE / sizeof(uint32_t)] = { 0 };

		page[heads[i].magic_at] = heads[i].magic;
		page[heads[i].magic_at + 1] = heads[i].version;
		scratch_write(path, page, sizeof(page));
		check_file(heads[i].label, path, heads[i].want, heads[i].what);
	}
}

static uint32_t cdb_hash(const char *key, size_t size)
{
	uint32_t hash = 5381;

	for (size_t i = 0; i < size; i++)
		hash = ((hash << 5) + hash) ^ (unsigned char)key[i];
	return hash;
}

/* One record and its table of two slots, as cdb(5) says. Returns its size. */
static size_t craft_cdb(unsigned char file[static 4096], const char *key,
			const char *value)
{
	const uint32_t sizes[2] = { (uint32_t)strlen(key), (uint32_t)strlen(value) };
	const uint32_t hash = cdb_hash(key, sizes[0]);
	const uint32_t table = 2048 + 8 + sizes[0] + sizes[1];
	const uint32_t slots[4] = { 0, 0, hash, 2048 };
	uint32_t head[512];

	for (size_t i = 0; i < 256; i++) {
		head[2 * i] = table + (i > hash % 256 ? 16 : 0);
		head[2 * i + 1] = i == hash % 256 ? 2 : 0;
	}
	memcpy(file, head, sizeof(head));
	memcpy(file + 2048, sizes, sizeof(sizes));
	memcpy(file + 2056, key, sizes[0]);
	memcpy(file + 2056 + sizes[0], value, sizes[1]);
	memcpy(file + table, slots, sizeof(slots));
	return table + sizeof(slots);
}

static void a_cdb_is_known_by_its_inside(void **state)
{
	unsigned char file[4096] = { 0 };
	char path[SCRATCH_PATH];
	const size_t size = craft_cdb(file, "192.0.2.1", "RELAY");

	scratch_path(*state, "access.db", path);
	scratch_write(path, file, size);
	check_file("cdb", path, FORMAT_CDB, "a cdb table");
	scratch_write(path, file, size - 8);
	check_file("cut off", path, FORMAT_OTHER, "no table that is known");
	scratch_write(path, file, 2000);
	check_file("cut off in its head", path, FORMAT_OTHER, "no table that is known");
}

#define BYTES(text) text, sizeof(text) - 1

static const struct {
	const char *label, *content;
	size_t size;
	const char *what;
} files[] = {
	{ "empty", BYTES(""), "an empty file" },
	{ "text", BYTES("192.0.2.1\tRELAY\n# x\r\n"), "a text file" },
	{ "text with accents", BYTES("# caf\xc3\xa9\n"), "a text file" },
	{ "one letter", BYTES("x"), "a text file" },
	{ "SQLite", BYTES("SQLite format 3\0\x10\0\x01\x01\0"), "SQLite" },
	{ "zeroes", BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	  "no table that is known" },
	{ "a program",
	  BYTES("\x7f"
		"ELF\x02\x01\x01\0"),
	  "no table that is known" },
};

static void other_files_are_named(void **state)
{
	char path[SCRATCH_PATH];

	scratch_path(*state, "file", path);
	for (size_t i = 0; i < COUNT(files); i++) {
		scratch_write(path, files[i].content, files[i].size);
		check_file(files[i].label, path, FORMAT_OTHER, files[i].what);
	}
}

/* Any bytes: an answer, and never "a table". */
static void random_bytes_are_no_table(void **state)
{
	unsigned char bytes[PAGE];
	uint32_t seed = 1;
	char path[SCRATCH_PATH];

	scratch_path(*state, "file", path);
	for (size_t size = 1; size < sizeof(bytes); size = size * 3 / 2 + 1) {
		for (size_t i = 0; i < size; i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (unsigned char)(seed >> 24);
		}
		bytes[0] = 1; /* no text */
		scratch_write(path, bytes, size);
		check_file("random", path, FORMAT_OTHER, "no table that is known");
	}
}

static void what_cannot_be_read_is_an_error(void **state)
{
	const char *what = "untouched";
	cleanup_fd int folder =
		open(((const struct scratch *)*state)->path, O_RDONLY | O_CLOEXEC);

	check_int("closed", file_format_of(-1, &what), -EBADF);
	check_int("folder", file_format_of(folder, &what), -EISDIR);
	check_text("what", what, "untouched");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(libdbs_own_tables_are_known),
		IN_SCRATCH(heads_are_told_apart),
		IN_SCRATCH(a_cdb_is_known_by_its_inside),
		IN_SCRATCH(other_files_are_named),
		IN_SCRATCH(random_bytes_are_no_table),
		IN_SCRATCH(what_cannot_be_read_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
