/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any file in a table's place: what it is, and whether libmdb may have it. What the check
 * calls sound libmdb walks through here, changes, and walks through again: a crash or an
 * error there is the check's fault.
 *
 * First byte even: the rest is the file. Odd: four bytes each (page, offset, value) that
 * are put into a sound table.
 */
#include "fuzz.h"

#include "lmdb_image.h"

#include "map/file_format.h"
#include "map/lmdb_check.h"

#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE 4096U
#define MAP_SIZE ((size_t)64 << 20)

/* Made once by libmdb itself. */
static const struct lmdb_image *whole_image(void)
{
	static struct lmdb_image whole;
	struct scratch scratch;

	if (!whole.bytes) {
		(void)snprintf(scratch.path, sizeof(scratch.path), "%s", fuzz_folder());
		lmdb_image_load(&whole, &scratch);
	}
	return &whole;
}

static int patched(struct fuzz_input *input)
{
	const struct lmdb_image *whole = whole_image();
	const int fd = fuzz_file(whole->bytes, whole->size);

	while (input->left >= 4) {
		const size_t page = fuzz_byte(input) % (whole->size / PAGE);
		const size_t high = fuzz_byte(input) % (PAGE / 256);
		const size_t at = page * PAGE + high * 256 + fuzz_byte(input);
		const uint8_t value = (uint8_t)fuzz_byte(input);
		must(pwrite(fd, &value, 1, (off_t)at) == 1);
	}
	return fd;
}

static MDB_env *open_table(int fd)
{
	MDB_env *env = NULL;
	char path[FUZZ_PATH];

	must(mdb_env_create(&env) == 0 && mdb_env_set_mapsize(env, MAP_SIZE) == 0);
	must(mdb_env_open(env, fuzz_path(fd, path),
			  MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC, 0600) == 0);
	return env;
}

static void walk(MDB_env *env, size_t want)
{
	MDB_txn *txn = NULL;
	MDB_cursor *cursor = NULL;
	MDB_val key, value;
	MDB_dbi dbi;
	size_t count = 0;
	int found;

	must(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) == 0);
	must(mdb_dbi_open(txn, NULL, 0, &dbi) == 0);
	must(mdb_cursor_open(txn, dbi, &cursor) == 0);
	while ((found = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0)
		count++;
	must(found == MDB_NOTFOUND && count == want);
	mdb_cursor_close(cursor);
	mdb_txn_abort(txn);
}

/* How many records there are more. */
static int change(MDB_env *env)
{
	MDB_txn *txn = NULL;
	MDB_dbi dbi;
	int more = 0;

	must(mdb_txn_begin(env, NULL, 0, &txn) == 0);
	must(mdb_dbi_open(txn, NULL, 0, &dbi) == 0);
	for (int i = 0; i < 60; i++) {
		char text[32];
		const int length = snprintf(text, sizeof(text), "192.0.2.%d", i * 7);
		MDB_val key = { (size_t)length, text }, value = { 60, (char[60]){ 0 } };
		const int removed = mdb_del(txn, dbi, &key, NULL);
		must(removed == 0 || removed == MDB_NOTFOUND);
		more -= removed == 0;
		if (i % 3 == 0) {
			must(mdb_put(txn, dbi, &key, &value, 0) == 0);
			more++;
		}
	}
	must(mdb_txn_commit(txn) == 0);
	return more;
}

static void use(int fd, const struct lmdb_extent *extent)
{
	const size_t entries = extent->meta.tree[LMDB_MAIN].entries;
	MDB_env *env = open_table(fd);

	walk(env, entries);
	walk(env, (size_t)((long)entries + change(env)));
	mdb_env_close(env);
}

static void check_format(int fd)
{
	const char *what = NULL;
	const int format = file_format_of(fd, &what);

	must(format >= FORMAT_HASH && format <= FORMAT_OTHER);
	must(what != NULL && what[0] != '\0');
	must((file_format_type((enum file_format)format) == NULL) ==
	     (format >= FORMAT_OLD_BERKELEY));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct lmdb_extent extent;
	const char *fault = NULL;
	const bool raw = fuzz_byte(&input) % 2 == 0;
	const int fd = raw ? fuzz_file(input.at, input.left) : patched(&input);

	check_format(fd);
	int error = lmdb_meta_read(fd, &extent, &fault);
	if (error == 0)
		error = lmdb_check(&extent, &fault);
	must(error == 0 || (error == -EBADMSG && fault != NULL));
	if (error == 0)
		use(fd, &extent);
	(void)close(fd);
	return 0;
}
