/* SPDX-License-Identifier: BSD-2-Clause */
#include "lmdb_image.h"

#include "check.h"
#include "lmdb_table.h"

#include "base/cleanup.h"
#include "map/lmdb_check.h"

#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORDS 600
#define BIG 9000 /* bytes of a value over three pages */

/* Some transactions, so that there are free pages, and a value that is long. */
static void make_whole(const char *path)
{
	MDB_env *env = NULL;
	char big[BIG];

	memset(big, 'b', sizeof(big));
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK, 0600), 0);
	for (int round = 0; round < 5; round++) {
		MDB_txn *txn = NULL;
		MDB_dbi dbi;
		assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
		assert_int_equal(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
		for (int i = round; i < RECORDS; i += 1 + round) {
			char text[32];
			const int length = snprintf(text, sizeof(text), "192.0.2.%d", i);
			MDB_val key = { (size_t)length, text };
			MDB_val value = { i % 100 == 99 ? BIG : 5, big };
			assert_int_equal(mdb_put(txn, dbi, &key, &value, 0), 0);
		}
		assert_int_equal(mdb_txn_commit(txn), 0);
	}
	mdb_env_close(env);
}

void lmdb_image_copy(const struct lmdb_image *whole, struct lmdb_image *ret)
{
	*ret = *whole;
	ret->bytes = malloc(whole->size);
	assert_non_null(ret->bytes);
	memcpy(ret->bytes, whole->bytes, whole->size);
}

void lmdb_image_load(struct lmdb_image *image, const struct scratch *scratch)
{
	char path[SCRATCH_PATH];

	make_whole(scratch_path(scratch, "whole", path));
	scratch_path(scratch, "damaged", image->path);
	image->size = (size_t)scratch_stat(path).st_size;
	image->bytes = malloc(image->size);
	assert_non_null(image->bytes);
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, image->bytes, image->size), (ssize_t)image->size);
}

void lmdb_image_write(const struct lmdb_image *image)
{
	scratch_write(image->path, image->bytes, image->size);
}

int lmdb_image_check(const struct lmdb_image *image, const char **ret_fault)
{
	struct lmdb_extent extent;
	cleanup_fd int fd = open(image->path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	const int error = lmdb_meta_read(fd, &extent, ret_fault);
	return error == 0 ? lmdb_check(&extent, ret_fault) : error;
}

/* Walk, then replace and remove records until pages split and merge. */
static int use_it(const char *path)
{
	MDB_env *env = NULL;
	MDB_txn *txn = NULL;
	MDB_dbi dbi;

	if (lmdb_table_count(path) < 0)
		return 1;
	/* As everybody who opens one: what the file wants may be anything. */
	if (mdb_env_create(&env) != 0 ||
	    mdb_env_set_mapsize(env, (size_t)64 << 20) != 0 ||
	    mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK, 0600) != 0 ||
	    mdb_txn_begin(env, NULL, 0, &txn) != 0 ||
	    mdb_dbi_open(txn, NULL, 0, &dbi) != 0)
		return 2;
	for (int i = 0; i < RECORDS; i++) {
		char text[32];
		const int length = snprintf(text, sizeof(text), "192.0.2.%d", i);
		MDB_val key = { (size_t)length, text }, value = { 60, (char[60]){ 0 } };
		if (i % 3 == 0 ? mdb_put(txn, dbi, &key, &value, 0) != 0
			       : (i % 2 && mdb_del(txn, dbi, &key, NULL) > 0))
			return 3;
	}
	if (mdb_txn_commit(txn) != 0)
		return 4;
	mdb_env_close(env);
	return lmdb_table_count(path) < 0 ? 5 : 0;
}

int lmdb_image_use(const struct lmdb_image *image)
{
	int status = 0;
	const pid_t child = fork();

	if (child == 0)
		_exit(use_it(image->path));
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}
