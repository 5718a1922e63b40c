/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * login - make the PAM calls of a mail daemon, one by one as the arguments name them
 *
 *	login CONFDIR SERVICE USER STEP...
 *
 * Prints a line for each call: the step, a blank, what the call returned. The steps:
 *
 *	start end end=STATUS		pam_start_confdir, pam_end
 *	rhost=TEXT			pam_set_item; each # becomes the round's address
 *	auth acct open close
 *	setcred setcred=FLAGS		a number; none is 0
 *
 * and, for what cannot be seen from outside:
 *
 *	repeat=N	the steps behind it N times, each printed once: its worst value
 *	threads=N	... in each of N threads, with stack=BYTES
 *	gate		wait until descriptor 0 is at its end
 *	clock		milliseconds since the gate
 *	fds		how many descriptors are open
 *	heap		bytes in use (mallinfo2)
 *	mapped=TEXT	how many lines of /proc/self/maps have TEXT
 *	copy=FROM:TO	copy a file as it is at this moment
 *
 * and what login_host.c lets the host do to itself, with `snapshot` and `same` to see
 * that we did nothing to it (login_snapshot.c).
 */
#include "tests/pam/login.h"
#include "tests/pam/mute.h"

#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RHOST_ROOM 8192

static long do_start(struct daemon *daemon, const char *argument)
{
	(void)argument;
	return pam_start_confdir(daemon->service, daemon->user, &mute, daemon->confdir,
				 &daemon->pamh);
}

static long do_end(struct daemon *daemon, const char *argument)
{
	const int ended = pam_end(daemon->pamh, argument ? atoi(argument) : PAM_SUCCESS);

	daemon->pamh = NULL;
	return ended;
}

/* The address of a round: each has its own. */
static void put_address(char *text, size_t room, unsigned round)
{
	(void)snprintf(text, room, "10.9.%u.%u", round / 250, round % 250 + 1);
}

static long do_rhost(struct daemon *daemon, const char *argument)
{
	char address[32], text[RHOST_ROOM];
	const char *hash = strchr(argument, '#');

	if (!hash)
		return pam_set_item(daemon->pamh, PAM_RHOST, argument);
	put_address(address, sizeof(address), daemon->round);
	(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(hash - argument), argument,
		       address, hash + 1);
	return pam_set_item(daemon->pamh, PAM_RHOST, text);
}

static long do_auth(struct daemon *daemon, const char *argument)
{
	(void)argument;
	return pam_authenticate(daemon->pamh, 0);
}

static long do_acct(struct daemon *daemon, const char *argument)
{
	(void)argument;
	return pam_acct_mgmt(daemon->pamh, 0);
}

static long do_setcred(struct daemon *daemon, const char *argument)
{
	const int flags = argument ? (int)strtol(argument, NULL, 0) : 0;

	return pam_setcred(daemon->pamh, flags);
}

static long do_open(struct daemon *daemon, const char *argument)
{
	(void)argument;
	return pam_open_session(daemon->pamh, 0);
}

static long do_close(struct daemon *daemon, const char *argument)
{
	(void)argument;
	return pam_close_session(daemon->pamh, 0);
}

static long do_gate(struct daemon *daemon, const char *argument)
{
	char byte;

	(void)argument;
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	return clock_gettime(CLOCK_MONOTONIC, &daemon->gate);
}

static long do_clock(struct daemon *daemon, const char *argument)
{
	struct timespec now = { 0 };

	(void)argument;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - daemon->gate.tv_sec) * 1000 +
	       (now.tv_nsec - daemon->gate.tv_nsec) / 1000000;
}

static long do_fds(struct daemon *daemon, const char *argument)
{
	long count = -3; /* "." and "..", and the folder's own */
	DIR *folder = opendir("/proc/self/fd");

	(void)daemon;
	(void)argument;
	while (folder && readdir(folder))
		count++;
	if (folder)
		(void)closedir(folder);
	return count;
}

static long do_heap(struct daemon *daemon, const char *argument)
{
	(void)daemon;
	(void)argument;
	return (long)mallinfo2().uordblks;
}

static long do_mapped(struct daemon *daemon, const char *argument)
{
	char line[4096];
	long count = 0;
	FILE *maps = fopen("/proc/self/maps", "re");

	(void)daemon;
	while (maps && fgets(line, sizeof(line), maps))
		count += strstr(line, argument) != NULL;
	if (maps)
		(void)fclose(maps);
	return count;
}

static long copy_bytes(int from, int to)
{
	char bytes[65536];
	ssize_t got;

	while ((got = read(from, bytes, sizeof(bytes))) > 0)
		if (write(to, bytes, (size_t)got) != got)
			return -1;
	return got;
}

static long do_copy(struct daemon *daemon, const char *argument)
{
	char from[4096];
	const char *colon = strchr(argument, ':');

	(void)daemon;
	(void)snprintf(from, sizeof(from), "%.*s", (int)(colon - argument), argument);
	const int source = open(from, O_RDONLY | O_CLOEXEC);
	const int target =
		open(colon + 1, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	const long copied = source < 0 || target < 0 ? -1 : copy_bytes(source, target);
	(void)close(source);
	(void)close(target);
	return copied;
}

static const struct step call_steps[] = {
	{ "start", do_start },	 { "end", do_end },
	{ "rhost", do_rhost },	 { "auth", do_auth },
	{ "acct", do_acct },	 { "open", do_open },
	{ "close", do_close },	 { "gate", do_gate },
	{ "clock", do_clock },	 { "setcred", do_setcred },
	{ "fds", do_fds },	 { "heap", do_heap },
	{ "mapped", do_mapped }, { "copy", do_copy },
	{ "race", race },	 { NULL, NULL },
};

static step_function *find_step(const struct step *table, const char *text, size_t length)
{
	for (; table->name; table++)
		if (strlen(table->name) == length &&
		    strncmp(table->name, text, length) == 0)
			return table->function;
	return NULL;
}

long run_step(struct daemon *daemon, const char *text)
{
	static const struct step *const tables[] = { call_steps, host_steps,
						     snapshot_steps };
	const char *equals = strchr(text, '=');
	const size_t length = equals ? (size_t)(equals - text) : strlen(text);
	step_function *found = NULL;

	for (size_t i = 0; !found && i < sizeof(tables) / sizeof(tables[0]); i++)
		found = find_step(tables[i], text, length);
	if (!found) {
		(void)fprintf(stderr, "there is no step '%s'\n", text);
		exit(2);
	}
	return found(daemon, equals ? equals + 1 : NULL);
}

int main(int argc, char **argv)
{
	struct daemon daemon = { 0 };

	if (argc < 5) {
		(void)fputs("usage: login CONFDIR SERVICE USER STEP...\n", stderr);
		return 2;
	}
	daemon.confdir = argv[1];
	daemon.service = argv[2];
	daemon.user = argv[3];
	for (char **step = argv + 4; *step; step++) {
		if (strncmp(*step, "repeat=", strlen("repeat=")) == 0)
			return repeat(&daemon, (unsigned)atoi(*step + strlen("repeat=")),
				      step + 1);
		const long value = run_step(&daemon, *step);
		(void)printf("%s %ld\n", *step, value);
	}
	return 0;
}
