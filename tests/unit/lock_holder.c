/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/lock_holder.h"

#include "check.h"
#include "scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum way { NOT, FLOCK_SHARED, FLOCK_EXCLUSIVE, POSIX_SHARED, POSIX_EXCLUSIVE };

static const struct {
	const char *label, *name;
	enum way way;
	const char *family;
	const char *want; /* the name in the words; NULL: nothing is said */
} cases[] = {
	{ "nobody", "x", NOT, "FLOCK", NULL },
	{ "makemap", "makemap", FLOCK_EXCLUSIVE, "FLOCK", "makemap" },
	{ "a reader is in nobody's way", "sendmail", FLOCK_SHARED, "FLOCK", NULL },
	{ "the other family", "postmap", POSIX_EXCLUSIVE, "FLOCK", NULL },
	{ "postmap", "postmap", POSIX_EXCLUSIVE, "POSIX", "postmap" },
	{ "a reader of LMDB is", "smtpd", POSIX_SHARED, "POSIX", "smtpd" },
	{ "a name for the log", "a b(c),\x1b\n\xff\\", FLOCK_EXCLUSIVE, "FLOCK",
	  "a?b?c???" },
	{ "a name that begins so", "\n", FLOCK_EXCLUSIVE, "FLOCK", "" },
};

static void take(int fd, enum way way)
{
	struct flock lock = { .l_type = way == POSIX_SHARED ? F_RDLCK : F_WRLCK };

	if (way == FLOCK_SHARED || way == FLOCK_EXCLUSIVE)
		assert_int_equal(flock(fd, way == FLOCK_SHARED ? LOCK_SH : LOCK_EX), 0);
	else if (way != NOT)
		assert_int_equal(fcntl(fd, F_SETLK, &lock), 0);
}

/* Holds the lock until it is killed. */
static pid_t start_holder(const char *path, const char *name, enum way way)
{
	char ready;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	const pid_t child = fork();
	if (child == 0) {
		const int fd = open(path, O_RDWR | O_CLOEXEC);
		(void)prctl(PR_SET_NAME, name);
		take(fd, way);
		(void)!write(ends[1], "r", 1);
		for (;;)
			(void)pause();
	}
	assert_int_equal(read(ends[0], &ready, 1), 1);
	(void)close(ends[0]);
	(void)close(ends[1]);
	return child;
}

static void who_is_in_the_way_is_named(void **state)
{
	char path[SCRATCH_PATH], text[LOCK_HOLDER], want[LOCK_HOLDER];

	scratch_write(scratch_path(*state, "table", path), "x", 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const pid_t holder = start_holder(path, cases[i].name, cases[i].way);
		const struct stat file = scratch_stat(path);

		want[0] = '\0';
		if (cases[i].want)
			(void)snprintf(want, sizeof(want),
				       ", or only locked: process %d (%s, uid %u) holds "
				       "its lock",
				       holder, cases[i].want, geteuid());
		check_text(cases[i].label, lock_holder(cases[i].family, &file, text),
			   want);
		assert_int_equal(kill(holder, SIGKILL), 0);
		assert_int_equal(waitpid(holder, NULL, 0), holder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(who_is_in_the_way_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
