/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the host is afterwards what it was: each look is a line of text, `same` ends
 * the program when one differs, and says which. No memory is asked for: there may be
 * none.
 */
#include "tests/pam/login.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define FDS 1024
#define CHANGED 3
#define FNV_START 0xcbf29ce484222325U
#define FNV_PRIME 0x100000001b3U

struct snapshot {
	size_t length;
	char text[65536];
};

static struct snapshot before;

__attribute__((format(printf, 2, 3))) static void note(struct snapshot *taken,
						       const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const int length = vsnprintf(taken->text + taken->length,
				     sizeof(taken->text) - taken->length, format, args);
	va_end(args);
	if (length < 0 || (taken->length += (size_t)length) >= sizeof(taken->text))
		abort();
}

static void note_descriptor(struct snapshot *taken, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return;
	/* What is only written at its end is a log, and one of ours goes there. */
	const int flags = fcntl(fd, F_GETFL);
	const off_t at = flags & O_APPEND ? 0 : lseek(fd, 0, SEEK_CUR);
	note(taken, "fd %d: %lu:%lu %x %x at %ld\n", fd, st.st_dev, st.st_ino,
	     (unsigned)fcntl(fd, F_GETFD), (unsigned)flags, at);
}

static void note_files(struct snapshot *taken)
{
	struct stat st;
	const mode_t mask = umask(0);

	(void)umask(mask);
	note(taken, "umask %04o\n", mask);
	for (int i = 0; i < 2; i++)
		if (stat(i == 0 ? "." : "/", &st) == 0)
			note(taken, "%s %lu:%lu\n", i == 0 ? "cwd" : "root", st.st_dev,
			     st.st_ino);
	for (int fd = 0; fd < FDS; fd++)
		note_descriptor(taken, fd);
}

static void note_signals(struct snapshot *taken)
{
	sigset_t mask;
	struct sigaction action;

	(void)sigprocmask(SIG_BLOCK, NULL, &mask);
	for (int number = 1; number < NSIG; number++)
		if (sigaction(number, NULL, &action) == 0)
			note(taken, "signal %d: blocked %d, flags %x, handler %p\n",
			     number, sigismember(&mask, number),
			     (unsigned)action.sa_flags, (void *)action.sa_handler);
}

/* A timer runs on; that it runs, and how often, is the host's. */
static void note_timers(struct snapshot *taken)
{
	struct itimerval timer;

	for (int i = ITIMER_REAL; i <= ITIMER_PROF; i++)
		if (getitimer((__itimer_which_t)i, &timer) == 0)
			note(taken, "timer %d: %d, again after %ld\n", i,
			     timer.it_value.tv_sec > 0, timer.it_interval.tv_sec);
}

static void note_rights(struct snapshot *taken)
{
	uid_t ids[6];
	gid_t groups[64];
	struct rlimit limits;

	(void)getresuid(&ids[0], &ids[1], &ids[2]);
	(void)getresgid(&ids[3], &ids[4], &ids[5]);
	for (int i = 0; i < 6; i++)
		note(taken, "id %d: %u\n", i, ids[i]);
	const int count = getgroups(64, groups);
	for (int i = 0; i < count; i++)
		note(taken, "group %u\n", groups[i]);
	for (int i = 0; i < RLIM_NLIMITS; i++)
		if (getrlimit((__rlimit_resource_t)i, &limits) == 0)
			note(taken, "limit %d: %lu %lu\n", i, limits.rlim_cur,
			     limits.rlim_max);
}

static unsigned long hash(unsigned long start, const char *text)
{
	for (; *text; text++)
		start = (start ^ (unsigned char)*text) * FNV_PRIME;
	return start;
}

static void note_process(struct snapshot *taken)
{
	char name[16] = "";
	siginfo_t child = { 0 };
	unsigned long environment = FNV_START;
	int count = 0;

	for (char **text = environ; text && *text; text++, count++)
		environment = hash(environment, *text);
	note(taken, "environment %d %lx\n", count, environment);
	note(taken, "locale %s\n", setlocale(LC_ALL, NULL));
	(void)prctl(PR_GET_NAME, name);
	note(taken, "name %s, dumpable %d, no new privileges %d\n", name,
	     prctl(PR_GET_DUMPABLE), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	note(taken, "nice %d\n", getpriority(PRIO_PROCESS, 0));
	note(taken, "children %d\n",
	     waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) < 0 ? errno : 0);
}

static void take(struct snapshot *taken)
{
	taken->length = 0;
	note_files(taken);
	note_signals(taken);
	note_timers(taken);
	note_rights(taken);
	note_process(taken);
}

static long do_snapshot(struct daemon *daemon, const char *argument)
{
	(void)daemon;
	(void)argument;
	take(&before);
	return 0;
}

/* The lines that the other has not. */
static void show(const char *what, char *text, const char *other)
{
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		if (!strstr(other, line))
			(void)fprintf(stderr, "%s: %s\n", what, line);
}

static long do_same(struct daemon *daemon, const char *argument)
{
	static struct snapshot after, copy;

	(void)daemon;
	(void)argument;
	take(&after);
	if (strcmp(before.text, after.text) == 0)
		return 0;
	copy = after;
	show("is now", copy.text, before.text);
	show("was", before.text, after.text);
	(void)fflush(stderr);
	_exit(CHANGED);
}

const struct step snapshot_steps[] = {
	{ "snapshot", do_snapshot },
	{ "same", do_same },
	{ NULL, NULL },
};
