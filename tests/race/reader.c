/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reader - look keys up in a hash table again and again, as a mail server does
 *
 *	reader sendmail|postfix TABLE SECONDS MARKER KEY...
 *
 * All keys are in the table throughout; MARKER is in what pam_sap wrote, and in nothing
 * else that whoever rebuilds it writes. sendmail_table.h has the steps of sendmail's
 * opening; a look-up that finds the open file dated later unlocks it, and opens anew. The
 * steps of Postfix 3.7 (dict_db.c; smtpd.c, pre_accept):
 *
 *	open; flock, shared, waiting; db->open of the *path*; unlock. Each client:
 *	another mtime, or no link left: open anew. Each look-up: flock, shared,
 *	waiting; get; unlock
 *
 * SECONDS 0: one look at each key by a reader that just came, which comes again when it
 * is turned away. Prints the keys that are missing; status 65: the table is broken.
 *
 * Else the look-ups are in a child, since libdb may crash on a file that is rewritten in
 * place; another child then goes on. Prints the numbers of struct tally.
 */
#include "fresh_look.h"
#include "sendmail_table.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS 10 /* of one opening */
#define LOOKUPS 5  /* of one client */
#define PAUSE_US 500
#define SELDOM 50 /* openings, to a session that stays long */
#define LONG_US 300000

struct tally {
	unsigned long openings;
	unsigned long refused; /* openings */
	unsigned long changed; /* openings for a changed file */
	unsigned long behind;  /* openings in which a key was missing */
	unsigned long lookups;
	unsigned long missing;	 /* keys; of them: */
	unsigned long emptied;	 /* in a file without the record `version`; else: */
	unsigned long ours;	 /* in one that has MARKER, so that pam_sap wrote it */
	unsigned long rewritten; /* in one whose `version` was another as it was opened */
	unsigned long unsure;	 /* in one that was dated anew just as it was opened */
	unsigned long recycled;	 /* files of ours that changed while one was open */
	unsigned long lost;	 /* a reader who just came does not find them either */
	unsigned long broken;	 /* other failures */
	unsigned long died;	 /* children */
};

struct reader {
	bool is_sendmail;
	const char *path;
	const char *marker;
	char **keys;
	size_t next;
	time_t end;
	struct tally *tally;
	DB *db;
	int fd; /* libdb's */
	struct timespec mtime;
	char version[FRESH_TEXT]; /* of the administrator's text, as it was opened */
	bool is_behind;		  /* a key was missing since */
};

static bool is_over(const struct reader *reader)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec >= reader->end;
}

static void close_table(struct reader *reader)
{
	sendmail_table_close(reader->db);
	reader->db = NULL;
}

static bool refuse(struct reader *reader, unsigned long *count)
{
	close_table(reader);
	(*count)++;
	return false;
}

static enum answer postfix_open(const char *path, DB **ret, struct timespec *ret_mtime)
{
	struct stat opened;
	int fd = -1;

	const int lock = open(path, O_RDONLY | O_CLOEXEC);
	if (lock < 0)
		return BROKEN;
	const bool is_open = flock(lock, LOCK_SH) == 0 && db_create(ret, NULL, 0) == 0 &&
			     (*ret)->open(*ret, NULL, path, NULL, DB_HASH,
					  DB_RDONLY | DB_FCNTL_LOCKING, 0) == 0 &&
			     (*ret)->fd(*ret, &fd) == 0;
	(void)close(lock);
	if (!is_open || fstat(fd, &opened) < 0)
		return BROKEN;
	*ret_mtime = opened.st_mtim;
	return FOUND;
}

/* "?": somebody wrote to the file since, or dated it, so that nobody can say. */
static void learn_version(struct reader *reader)
{
	struct stat now;

	if (flock(reader->fd, LOCK_SH) == 0)
		(void)fresh_look(reader->fd, "version", reader->version);
	if (fstat(reader->fd, &now) < 0 || now.st_mtim.tv_sec != reader->mtime.tv_sec ||
	    now.st_mtim.tv_nsec != reader->mtime.tv_nsec)
		(void)strcpy(reader->version, "?");
	(void)flock(reader->fd, LOCK_UN);
}

/* False: the reader's client is turned away, and that is counted. */
static bool open_table(struct reader *reader)
{
	struct tally *tally = reader->tally;

	close_table(reader);
	reader->is_behind = false;
	tally->openings++;
	const enum answer answer =
		(reader->is_sendmail ? sendmail_table_open : postfix_open)(
			reader->path, &reader->db, &reader->mtime);
	if (answer == REFUSED)
		return refuse(reader, &tally->refused);
	if (answer != FOUND || reader->db->fd(reader->db, &reader->fd) != 0)
		return refuse(reader, &tally->broken);
	learn_version(reader);
	return true;
}

static bool has_changed(const struct reader *reader)
{
	struct stat now;

	if (fstat(reader->fd, &now) < 0)
		return true;
	if (reader->is_sendmail)
		return now.st_mtime > reader->mtime.tv_sec;
	return now.st_mtime != reader->mtime.tv_sec || now.st_nlink == 0;
}

static bool reopen_if_changed(struct reader *reader)
{
	if (!has_changed(reader))
		return true;
	reader->tally->changed++;
	return open_table(reader);
}

/* Under the lock. Nobody but a rebuild writes another version, and only one that ended
 * halfway leaves none. */
static void count_missing(struct reader *reader, const char *key)
{
	struct tally *tally = reader->tally;
	char version[FRESH_TEXT], value[FRESH_TEXT];

	tally->missing++;
	if (fresh_look(reader->fd, "version", version) != FOUND) {
		tally->emptied++;
		return;
	}
	tally->behind += !reader->is_behind;
	reader->is_behind = true;
	tally->ours += fresh_look(reader->fd, reader->marker, value) == FOUND;
	if (strcmp(reader->version, "?") == 0)
		tally->unsure++;
	else
		tally->rewritten += strcmp(version, reader->version) != 0;
	tally->lost += fresh_look(reader->fd, key, value) != FOUND;
}

static bool look_up(struct reader *reader)
{
	if (flock(reader->fd, LOCK_SH) < 0)
		return refuse(reader, &reader->tally->broken);
	if (reader->is_sendmail && has_changed(reader)) {
		(void)flock(reader->fd, LOCK_UN);
		if (!reopen_if_changed(reader) || flock(reader->fd, LOCK_SH) < 0)
			return false;
	}
	if (!reader->keys[reader->next])
		reader->next = 0;
	char *key = reader->keys[reader->next++];
	const enum answer answer = sendmail_table_get(reader->db, key);
	if (answer == MISSING)
		count_missing(reader, key);
	(void)flock(reader->fd, LOCK_UN);
	reader->tally->lookups++;
	return answer != BROKEN || refuse(reader, &reader->tally->broken);
}

static uint64_t content_of(int fd)
{
	unsigned char block[4096];
	uint64_t sum = 14695981039346656037U; /* FNV-1a */
	ssize_t got;

	for (off_t at = 0; (got = pread(fd, block, sizeof(block), at)) > 0; at += got)
		for (ssize_t i = 0; i < got; i++)
			sum = (sum ^ block[i]) * 1099511628211U;
	return sum;
}

/* 0: it is not what pam_sap wrote, or not any more. */
static uint64_t our_content(const struct reader *reader)
{
	char value[FRESH_TEXT];

	if (flock(reader->fd, LOCK_SH) < 0)
		return 0;
	const bool is_ours = fresh_look(reader->fd, reader->marker, value) == FOUND;
	const uint64_t content = is_ours ? content_of(reader->fd) : 0;
	(void)flock(reader->fd, LOCK_UN);
	return content;
}

/* Some commits pass, and the file may be retired; nobody may write into it. */
static void stay_long(struct reader *reader)
{
	const uint64_t before = our_content(reader);
	(void)usleep(LONG_US);
	const uint64_t after = our_content(reader);

	reader->tally->recycled += before != 0 && after != 0 && before != after;
}

/* A session of sendmail's, or a life of a process of Postfix's. */
static void serve(struct reader *reader)
{
	bool is_open = open_table(reader);

	if (is_open && reader->tally->openings % SELDOM == 0)
		stay_long(reader);
	for (int client = 0; is_open && client < CLIENTS && !is_over(reader); client++) {
		if (!reader->is_sendmail)
			is_open = reopen_if_changed(reader);
		for (int i = 0; is_open && i < LOOKUPS; i++)
			is_open = look_up(reader);
		(void)usleep(PAUSE_US);
	}
	close_table(reader);
}

static int in_a_child(struct reader *reader)
{
	int status = -1;
	const pid_t child = fork();

	if (child == 0) {
		while (!is_over(reader))
			serve(reader);
		_exit(EX_OK);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		exit(EX_OSERR);
	return status;
}

static int look_once(struct reader *reader)
{
	const struct tally *tally = reader->tally;

	while (reader->keys[reader->next] && tally->broken == 0) {
		const char *key = reader->keys[reader->next];
		const unsigned long missing = tally->missing;
		if (!reader->db && !open_table(reader))
			continue;
		(void)look_up(reader);
		if (tally->missing > missing)
			(void)puts(key);
	}
	close_table(reader);
	return tally->broken == 0 ? EX_OK : EX_DATAERR;
}

static int look_on(struct reader *reader, int seconds)
{
	struct timespec now;
	const struct tally *tally = reader->tally;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	reader->end = now.tv_sec + seconds;
	while (in_a_child(reader) != 0)
		reader->tally->died++;
	(void)printf("%lu %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu\n",
		     tally->openings, tally->refused, tally->changed, tally->behind,
		     tally->lookups, tally->missing, tally->emptied, tally->ours,
		     tally->rewritten, tally->unsure, tally->recycled, tally->lost,
		     tally->broken, tally->died);
	return EX_OK;
}

int main(int argc, char **argv)
{
	struct reader reader = { 0 };

	if (argc < 6) {
		(void)fputs(
			"usage: reader sendmail|postfix TABLE SECONDS MARKER KEY...\n",
			stderr);
		return EX_USAGE;
	}
	reader.is_sendmail = strcmp(argv[1], "sendmail") == 0;
	reader.path = argv[2];
	reader.marker = argv[4];
	reader.keys = argv + 5;
	reader.tally = mmap(NULL, sizeof(*reader.tally), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (reader.tally == MAP_FAILED)
		return EX_OSERR;
	const int seconds = atoi(argv[3]);
	return seconds == 0 ? look_once(&reader) : look_on(&reader, seconds);
}
