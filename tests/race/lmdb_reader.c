/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lmdb_reader - look keys up in an LMDB table again and again, as Postfix does
 *
 *	lmdb_reader TABLE SECONDS KEY...
 *
 * All keys are in the table throughout. The steps of Postfix 3.7 (dict_lmdb.c, slmdb.c;
 * smtpd.c, pre_accept): open, without libmdb's own locks. Each client: no link left, open
 * anew. Each look-up: fcntl's lock of the whole file, shared, waiting; a transaction;
 *get, with a NUL behind the key and then without; unlock.
 *
 * SECONDS 0: one look at each key, and those that are missing are printed. Else prints:
 * openings, look-ups, keys missing, other failures.
 */
#include <fcntl.h>
#include <lmdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS 100 /* of one process, its max_use */
#define LOOKUPS 5   /* of one client */
#define PAUSE_US 500
#define MAP_SIZE ((size_t)256 << 20) /* no table of a race grows to that */

struct reader {
	const char *path;
	char **keys;
	time_t end;
	MDB_env *env;
	MDB_dbi dbi;
	unsigned long openings, lookups, missing, broken;
};

static bool is_over(const struct reader *reader)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec >= reader->end;
}

static int lock_whole(const struct reader *reader, int command, short type)
{
	struct flock whole = { .l_type = type, .l_whence = SEEK_SET };
	int fd = -1;

	return mdb_env_get_fd(reader->env, &fd) == 0 ? fcntl(fd, command, &whole) : -1;
}

/* A locked transaction for reading, to be ended with end_reading(); NULL: it failed. */
static MDB_txn *begin_reading(struct reader *reader)
{
	MDB_txn *txn = NULL;

	if (lock_whole(reader, F_SETLKW, F_RDLCK) < 0 ||
	    mdb_txn_begin(reader->env, NULL, MDB_RDONLY, &txn) != 0)
		return NULL;
	return txn;
}

static void end_reading(const struct reader *reader, MDB_txn *txn)
{
	mdb_txn_abort(txn);
	(void)lock_whole(reader, F_SETLK, F_UNLCK);
}

static void close_table(struct reader *reader)
{
	mdb_env_close(reader->env);
	reader->env = NULL;
}

static bool open_table(struct reader *reader)
{
	reader->openings++;
	if (mdb_env_create(&reader->env) != 0)
		return false;
	MDB_txn *txn = NULL;
	if (mdb_env_set_mapsize(reader->env, MAP_SIZE) == 0 &&
	    mdb_env_open(reader->env, reader->path,
			 MDB_NOSUBDIR | MDB_NOLOCK | MDB_RDONLY, 0) == 0)
		txn = begin_reading(reader);
	const bool done = txn && mdb_dbi_open(txn, NULL, 0, &reader->dbi) == 0;
	if (txn)
		end_reading(reader, txn);
	return done;
}

static bool look_up(struct reader *reader, char *text)
{
	MDB_val key = { strlen(text) + 1, text }, value;

	MDB_txn *txn = begin_reading(reader);
	if (!txn)
		return false;
	int error = mdb_get(txn, reader->dbi, &key, &value);
	key.mv_size--;
	if (error == MDB_NOTFOUND)
		error = mdb_get(txn, reader->dbi, &key, &value);
	end_reading(reader, txn);
	reader->lookups++;
	reader->missing += error == MDB_NOTFOUND;
	return error == 0 || error == MDB_NOTFOUND;
}

static bool is_replaced(const struct reader *reader)
{
	struct stat now;
	int fd = -1;

	return mdb_env_get_fd(reader->env, &fd) != 0 || fstat(fd, &now) < 0 ||
	       now.st_nlink == 0;
}

static bool serve_client(struct reader *reader, char ***next)
{
	bool is_sound = true;

	for (int i = 0; is_sound && i < LOOKUPS; i++) {
		if (!**next)
			*next = reader->keys;
		is_sound = look_up(reader, *(*next)++);
	}
	(void)usleep(PAUSE_US);
	return is_sound;
}

/* A life of a process. */
static void serve(struct reader *reader, char ***next)
{
	bool is_sound = open_table(reader);

	for (int i = 0; is_sound && i < CLIENTS && !is_over(reader); i++) {
		if (is_replaced(reader))
			break;
		is_sound = serve_client(reader, next);
	}
	reader->broken += !is_sound;
	close_table(reader);
}

static int look_once(struct reader *reader)
{
	bool is_sound = open_table(reader);

	for (char **key = reader->keys; is_sound && *key; key++) {
		const unsigned long missing = reader->missing;
		is_sound = look_up(reader, *key);
		if (reader->missing > missing)
			(void)puts(*key);
	}
	close_table(reader);
	return is_sound ? EX_OK : EX_DATAERR;
}

int main(int argc, char **argv)
{
	struct timespec now;

	if (argc < 4) {
		(void)fputs("usage: lmdb_reader TABLE SECONDS KEY...\n", stderr);
		return EX_USAGE;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	struct reader reader = { .path = argv[1],
				 .keys = argv + 3,
				 .end = now.tv_sec + atoi(argv[2]) };
	char **next = reader.keys;
	if (is_over(&reader))
		return look_once(&reader);
	while (!is_over(&reader))
		serve(&reader, &next);
	(void)printf("%lu %lu %lu %lu\n", reader.openings, reader.lookups, reader.missing,
		     reader.broken);
	return EX_OK;
}
