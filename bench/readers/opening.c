/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * opening - open a table as a new sendmail process does, again and again
 *
 *	opening [-w] TABLE KEY SECONDS
 *
 * A model of the reader, for an event too rare to be seen often with sendmail itself,
 * which forks for each connection. The steps of sendmail 8.17 (map.c, db_map_open and
 * db_map_lookup; safefile.c, safefile and filechanged), as strace shows them:
 *
 *	stat; lstat of each folder on the way; open; is the open file still that one?;
 *	flock, shared, waiting; db->open of the *path*, read-only; close; is the file
 *	that libdb has open still the first one?; flock, get, unlock
 *
 * A no at one of the two questions is sendmail's 451 for that whole connection. Each
 * opening is in a process of its own, since sendmail's child opens the table as the
 * first thing that it does with libdb: that takes its time in page faults. -w: all in
 * one process, warm; that is the look-up of a session which finds the table changed.
 *
 * Prints: openings, refused ones, failures of another kind, the seconds that it took,
 * and of the time from the first stat to the last question, in nanoseconds, the mean
 * and the median.
 */
#include <db.h>
#include <fcntl.h>
#include <stdbool.h>
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

#define SLOTS 4000 /* of a microsecond each; the last one has all that took longer */
#define NS 1000000000L

/* Shared with the children. */
struct tally {
	unsigned long openings;
	unsigned long refused;
	unsigned long broken;
	long total_ns;
	unsigned long took_us[SLOTS];
};

enum answer { OPENED, REFUSED, BROKEN };

static long now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS + now.tv_nsec;
}

static bool file_changed(int fd, const struct stat *before)
{
	struct stat now;

	return fstat(fd, &now) < 0 || now.st_nlink != before->st_nlink ||
	       now.st_dev != before->st_dev || now.st_ino != before->st_ino ||
	       now.st_uid != before->st_uid || now.st_gid != before->st_gid;
}

/* safefile(): the file, and each folder above it. */
static bool looks_safe(const char *path, struct stat *ret)
{
	char folder[4096];
	struct stat above;

	if (stat(path, ret) < 0)
		return false;
	for (const char *slash = strchr(path, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		const int length = slash == path ? 1 : (int)(slash - path);
		(void)snprintf(folder, sizeof(folder), "%.*s", length, path);
		if (lstat(folder, &above) < 0)
			return false;
	}
	return true;
}

/* db_map_open() behind its lock; `*ret` is to be closed in any case. */
static enum answer open_locked(const char *path, const struct stat *before, int lock,
			       DB **ret)
{
	struct stat opened;
	int fd = -1;

	if (db_create(ret, NULL, 0) != 0)
		return BROKEN;
	DB *db = *ret;
	const int error =
		db->open(db, NULL, path, NULL, DB_HASH, DB_RDONLY | DB_FCNTL_LOCKING, 0);
	(void)close(lock);
	if (error != 0 || db->fd(db, &fd) != 0)
		return BROKEN;
	if (file_changed(fd, before))
		return REFUSED;
	return fstat(fd, &opened) < 0 ? BROKEN : OPENED;
}

static enum answer open_table(const char *path, DB **ret)
{
	struct stat before;

	if (!looks_safe(path, &before))
		return BROKEN;
	const int lock = open(path, O_RDONLY);
	if (lock < 0)
		return BROKEN;
	if (file_changed(lock, &before) || flock(lock, LOCK_SH) < 0) {
		(void)close(lock);
		return REFUSED;
	}
	return open_locked(path, &before, lock, ret);
}

static enum answer look_up(DB *db, char *text)
{
	DBT key = { .data = text, .size = (u_int32_t)strlen(text) };
	DBT value = { 0 };
	int fd = -1;

	if (db->fd(db, &fd) != 0 || flock(fd, LOCK_SH) < 0)
		return BROKEN;
	const int error = db->get(db, NULL, &key, &value, 0);
	(void)flock(fd, LOCK_UN);
	return error == 0 ? OPENED : BROKEN;
}

static void one_connection(const char *path, char *key, struct tally *tally)
{
	DB *db = NULL;
	const long begin = now_ns();
	enum answer answer = open_table(path, &db);
	const long took = now_ns() - begin;

	if (answer == OPENED)
		answer = look_up(db, key);
	if (db)
		(void)db->close(db, DB_NOSYNC);
	tally->openings++;
	tally->refused += answer == REFUSED;
	tally->broken += answer == BROKEN;
	tally->total_ns += took;
	tally->took_us[took / 1000 < SLOTS ? took / 1000 : SLOTS - 1]++;
}

static bool in_a_child(const char *path, char *key, struct tally *tally)
{
	int status;
	const pid_t child = fork();

	if (child == 0) {
		one_connection(path, key, tally);
		_exit(EX_OK);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static unsigned long median_us(const struct tally *tally)
{
	unsigned long seen = 0, i = 0;

	while (i < SLOTS - 1 && (seen += tally->took_us[i]) * 2 < tally->openings)
		i++;
	return i;
}

static int fail(int status, const char *text)
{
	(void)fprintf(stderr, "opening: %s\n", text);
	return status;
}

int main(int argc, char **argv)
{
	const bool warm = argc > 1 && strcmp(argv[1], "-w") == 0;
	char **words = argv + (warm ? 2 : 1);

	if (argc != (warm ? 5 : 4))
		return fail(EX_USAGE, "usage: opening [-w] TABLE KEY SECONDS");
	struct tally *tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED)
		return fail(EX_OSERR, "no memory");

	const long begin = now_ns();
	const long end = begin + (long)(strtod(words[2], NULL) * NS);
	while (now_ns() < end) {
		if (warm)
			one_connection(words[0], words[1], tally);
		else if (!in_a_child(words[0], words[1], tally))
			return fail(EX_OSERR, "a child has failed");
	}
	(void)printf("%lu %lu %lu %.6f %ld %lu\n", tally->openings, tally->refused,
		     tally->broken, (double)(now_ns() - begin) / NS,
		     tally->total_ns / (long)tally->openings, median_us(tally) * 1000);
	return EX_OK;
}
