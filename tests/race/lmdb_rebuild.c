/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lmdb_rebuild - make an LMDB table anew in place, step for step as postmap does
 *
 *	lmdb_rebuild TABLE PAUSE KEY VALUE [KEY VALUE...]
 *
 * The steps of postmap (Postfix 3.7, postmap.c, mkmap_open.c, mkmap_lmdb.c, slmdb.c):
 *
 *	open, without libmdb's own locks; a transaction begins, and drops all records;
 *	fcntl's lock of the whole file, exclusive, waiting, then shared; put; commit
 *
 * PAUSE: so many microseconds pass between the transaction's begin and the lock. Prints
 * by CLOCK_MONOTONIC when that commit began and when it was done.
 */
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define MODE 0640
#define MAP_SIZE ((size_t)256 << 20)

static double seconds_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int lock_whole(MDB_env *env, short type)
{
	struct flock whole = { .l_type = type, .l_whence = SEEK_SET };
	int fd = -1;

	return mdb_env_get_fd(env, &fd) == 0 ? fcntl(fd, F_SETLKW, &whole) : -1;
}

static int put_all(MDB_txn *txn, MDB_dbi dbi, char **pair)
{
	int error = 0;

	for (; error == 0 && pair[0] && pair[1]; pair += 2) {
		MDB_val key = { strlen(pair[0]), pair[0] };
		MDB_val value = { strlen(pair[1]), pair[1] };
		error = mdb_put(txn, dbi, &key, &value, 0);
	}
	return error;
}

static int commit(MDB_txn *txn)
{
	const double begin = seconds_now();
	const int error = mdb_txn_commit(txn);

	(void)printf("%.6f %.6f\n", begin, seconds_now());
	return error;
}

static int build(MDB_env *env, unsigned pause_us, char **pairs)
{
	MDB_txn *txn = NULL;
	MDB_dbi dbi;

	int error = mdb_txn_begin(env, NULL, 0, &txn);
	if (error != 0)
		return error;
	error = mdb_dbi_open(txn, NULL, 0, &dbi);
	if (error == 0)
		error = mdb_drop(txn, dbi, 0);
	(void)usleep(pause_us);
	/* Readers of old pages must have gone; then the shared one keeps writers out. */
	if (error == 0 && (lock_whole(env, F_WRLCK) < 0 || lock_whole(env, F_RDLCK) < 0))
		error = EX_OSERR;
	if (error == 0)
		error = put_all(txn, dbi, pairs);
	if (error == 0)
		return commit(txn);
	mdb_txn_abort(txn);
	return error;
}

int main(int argc, char **argv)
{
	MDB_env *env = NULL;

	if (argc < 5) {
		(void)fputs("usage: lmdb_rebuild TABLE PAUSE KEY VALUE...\n", stderr);
		return EX_USAGE;
	}
	int error = mdb_env_create(&env);
	if (error == 0)
		error = mdb_env_set_mapsize(env, MAP_SIZE);
	if (error == 0)
		error = mdb_env_open(env, argv[1], MDB_NOSUBDIR | MDB_NOLOCK, MODE);
	if (error == 0)
		error = build(env, (unsigned)atoi(argv[2]), argv + 3);
	mdb_env_close(env);
	if (error != 0)
		(void)fprintf(stderr, "lmdb_rebuild: %s\n", mdb_strerror(error));
	return error == 0 ? EX_OK : EX_IOERR;
}
