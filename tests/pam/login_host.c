/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a host may have done to itself before it calls PAM; each returns 0 or an errno.
 */
#include "tests/pam/login.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP(name) static long name(struct daemon *daemon, const char *argument)
#define ALARM 1000

static long done(int result)
{
	return result < 0 ? errno : 0;
}

STEP(do_umask)
{
	(void)daemon;
	(void)umask((mode_t)strtoul(argument, NULL, 8));
	return 0;
}

/* What the program itself prints goes on by other descriptors. */
STEP(do_closed)
{
	(void)daemon;
	(void)argument;
	stdout = fdopen(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10), "we");
	stderr = fdopen(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10), "we");
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (close(fd) < 0)
			return errno;
	return stdout && stderr ? 0 : EBADF;
}

static long limit(int resource, rlim_t value)
{
	const struct rlimit both = { value, value };

	return done(setrlimit((__rlimit_resource_t)resource, &both));
}

STEP(do_nofile)
{
	(void)daemon;
	return limit(RLIMIT_NOFILE, strtoul(argument, NULL, 10));
}

STEP(do_nproc)
{
	(void)daemon;
	return limit(RLIMIT_NPROC, strtoul(argument, NULL, 10));
}

STEP(do_fsize)
{
	(void)daemon;
	return limit(RLIMIT_FSIZE, strtoul(argument, NULL, 10));
}

/* So many KiB more than are mapped now. */
STEP(do_memory)
{
	unsigned long pages = 0;
	FILE *statm = fopen("/proc/self/statm", "re");

	(void)daemon;
	if (!statm || fscanf(statm, "%lu", &pages) != 1)
		return ENOENT;
	(void)fclose(statm);
	return limit(RLIMIT_AS, pages * (unsigned long)sysconf(_SC_PAGESIZE) +
					strtoul(argument, NULL, 10) * 1024);
}

/* All descriptors are taken but so many. */
STEP(do_free)
{
	int taken = -1, fd;

	(void)daemon;
	while ((fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
		taken = fd;
	for (int i = atoi(argument); i > 0; i--)
		if (close(taken--) < 0)
			return errno;
	return 0;
}

static void count_signal(int number)
{
	(void)number;
}

static long dispose(const char *number, void (*handler)(int))
{
	const struct sigaction action = { .sa_handler = handler };

	return done(sigaction(atoi(number), &action, NULL));
}

STEP(do_ignore)
{
	(void)daemon;
	return dispose(argument, SIG_IGN);
}

STEP(do_default)
{
	(void)daemon;
	return dispose(argument, SIG_DFL);
}

STEP(do_handle)
{
	(void)daemon;
	return dispose(argument, count_signal);
}

STEP(do_block)
{
	sigset_t set;

	(void)daemon;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, atoi(argument));
	return done(sigprocmask(SIG_BLOCK, &set, NULL));
}

STEP(do_alarm)
{
	(void)daemon;
	(void)argument;
	(void)alarm(ALARM);
	return 0;
}

STEP(do_uid)
{
	const unsigned id = (unsigned)strtoul(argument, NULL, 10);

	(void)daemon;
	if (setgroups(0, NULL) < 0 || setresgid(id, id, id) < 0)
		return errno;
	return done(setresuid(id, id, id));
}

STEP(do_chroot)
{
	(void)daemon;
	return chroot(argument) < 0 ? errno : done(chdir("/"));
}

/* It stands in a folder that is gone. */
STEP(do_nowhere)
{
	(void)daemon;
	if (mkdir(argument, 0700) < 0 || chdir(argument) < 0)
		return errno;
	return done(rmdir(argument));
}

STEP(do_locale)
{
	(void)daemon;
	return setlocale(LC_ALL, argument) ? 0 : ENOENT;
}

STEP(do_threads)
{
	daemon->threads = (unsigned)strtoul(argument, NULL, 10);
	return 0;
}

STEP(do_stack)
{
	daemon->stack = strtoul(argument, NULL, 10);
	return 0;
}

const struct step host_steps[] = {
	{ "umask", do_umask },	 { "closed", do_closed },   { "nofile", do_nofile },
	{ "nproc", do_nproc },	 { "fsize", do_fsize },	    { "memory", do_memory },
	{ "free", do_free },	 { "ignore", do_ignore },   { "default", do_default },
	{ "handle", do_handle }, { "block", do_block },	    { "alarm", do_alarm },
	{ "uid", do_uid },	 { "chroot", do_chroot },   { "nowhere", do_nowhere },
	{ "locale", do_locale }, { "threads", do_threads }, { "stack", do_stack },
	{ NULL, NULL },
};
