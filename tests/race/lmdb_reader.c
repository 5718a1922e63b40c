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
 * SECONDS 0: one look at each key, and those that are missing are printed. Else the
 * look-ups are in a child, since libmdb may crash on a mixture; another one then goes on.
 * Prints: openings, look-ups, keys missing, other failures, children that died; and then
 * begin and end of each look-up that found no key or failed, by CLOCK_MONOTONIC.
 */
#include <fcntl.h>
#include <lmdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS 100 /* of one process, its max_use */
#define LOOKUPS 5   /* of one client */
#define PAUSE_US 500
#define SELDOM 1000 /* look-ups, from one in whose midst the process has no processor */
#define AWAY_US 20000
#define FAILURES 65536
#define MAP_SIZE ((size_t)256 << 20) /* no table of a race grows to that */

struct tally {
	unsigned long openings, lookups, missing, broken, died;
	size_t failures;
	struct span {
		double begin, end;
	} failed[FAILURES];
};

struct reader {
	const char *path;
	char **keys, **next;
	double end;
	MDB_env *env;
	MDB_dbi dbi;
	struct tally *tally;
};

static double seconds_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
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
	reader->tally->openings++;
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

static int get_either(struct reader *reader, MDB_txn *txn, char *text)
{
	MDB_val key = { strlen(text) + 1, text }, value;

	const int error = mdb_get(txn, reader->dbi, &key, &value);
	key.mv_size--;
	return error == MDB_NOTFOUND ? mdb_get(txn, reader->dbi, &key, &value) : error;
}

static bool look_up(struct reader *reader, char *text)
{
	struct tally *tally = reader->tally;

	MDB_txn *txn = begin_reading(reader);
	const double begin = seconds_now();
	if (tally->lookups % SELDOM == SELDOM - 1)
		(void)usleep(AWAY_US);
	const int error = txn ? get_either(reader, txn, text) : MDB_BAD_TXN;
	if (txn)
		end_reading(reader, txn);
	tally->lookups++;
	tally->missing += error == MDB_NOTFOUND;
	tally->broken += error != 0 && error != MDB_NOTFOUND;
	if (error != 0 && tally->failures < FAILURES)
		tally->failed[tally->failures++] = (struct span){ begin, seconds_now() };
	return error == 0 || error == MDB_NOTFOUND;
}

static bool is_replaced(const struct reader *reader)
{
	struct stat now;
	int fd = -1;

	return mdb_env_get_fd(reader->env, &fd) != 0 || fstat(fd, &now) < 0 ||
	       now.st_nlink == 0;
}

static bool serve_client(struct reader *reader)
{
	bool is_sound = true;

	for (int i = 0; is_sound && i < LOOKUPS; i++) {
		if (!*reader->next)
			reader->next = reader->keys;
		is_sound = look_up(reader, *reader->next++);
	}
	(void)usleep(PAUSE_US);
	return is_sound;
}

/* A life of a process. */
static void serve(struct reader *reader)
{
	bool is_sound = open_table(reader);

	for (int i = 0; is_sound && i < CLIENTS && seconds_now() < reader->end; i++)
		is_sound = !is_replaced(reader) && serve_client(reader);
	close_table(reader);
}

static int in_a_child(struct reader *reader)
{
	int status = -1;
	const pid_t child = fork();

	if (child == 0) {
		while (seconds_now() < reader->end)
			serve(reader);
		_exit(EX_OK);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		exit(EX_OSERR);
	return status;
}

static int look_once(struct reader *reader)
{
	bool is_sound = open_table(reader);

	for (char **key = reader->keys; is_sound && *key; key++) {
		const unsigned long missing = reader->tally->missing;
		is_sound = look_up(reader, *key);
		if (reader->tally->missing > missing)
			(void)puts(*key);
	}
	close_table(reader);
	return is_sound ? EX_OK : EX_DATAERR;
}

static int look_on(struct reader *reader, int seconds)
{
	struct tally *tally = reader->tally;

	reader->end = seconds_now() + seconds;
	while (in_a_child(reader) != 0)
		tally->died++;
	(void)printf("%lu %lu %lu %lu %lu\n", tally->openings, tally->lookups,
		     tally->missing, tally->broken, tally->died);
	for (size_t i = 0; i < tally->failures; i++)
		(void)printf("%.6f %.6f\n", tally->failed[i].begin, tally->failed[i].end);
	return EX_OK;
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		(void)fputs("usage: lmdb_reader TABLE SECONDS KEY...\n", stderr);
		return EX_USAGE;
	}
	struct tally *tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED)
		return EX_OSERR;
	struct reader reader = {
		.path = argv[1], .keys = argv + 3, .next = argv + 3, .tally = tally
	};
	const int seconds = atoi(argv[2]);
	return seconds == 0 ? look_once(&reader) : look_on(&reader, seconds);
}
