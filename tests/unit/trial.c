/* SPDX-License-Identifier: BSD-2-Clause */
/* A database library that fails in every way, at each step of the look at a table. */
#include "db-tool/trial.h"

#include "check.h"

#include "base/why.h"
#include "core/verdict.h"
#include "map/map.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH "/etc/mail/access.db"
#define PATIENCE_MS 300
#define LIMIT_MS 60000
#define RECORDS 3

enum act { SOUND, REFUSE, CRASH, SPIN, SLEEP, LEAVE, BAD_POINTER };

struct map {
	enum act verify, next;
	int left;
	pid_t parent;
};

/* No core file for each crash, and the child ends with the tool; else it looks like a
 * crash here. */
static void check_bounds(void)
{
	struct rlimit core;
	int signal = 0;

	if (getrlimit(RLIMIT_CORE, &core) < 0 || core.rlim_cur != 0 ||
	    prctl(PR_GET_PDEATHSIG, &signal) < 0 || signal != SIGKILL)
		_exit(EXIT_FAILURE);
}

static int act(const struct map *map, enum act what, struct why *why)
{
	/* In the tool itself none of this may happen. */
	assert_int_not_equal(getpid(), map->parent);
	check_bounds();
	/* cmocka would go on with the next test, in the child. */
	(void)signal(SIGSEGV, SIG_DFL);
	switch (what) {
	case REFUSE:
		return why_say(why, -EBADMSG, "no table");
	case CRASH:
		(void)raise(SIGSEGV);
		return 0;
	case SPIN:
		for (volatile int forever = 1; forever;)
			continue;
		return 0;
	case SLEEP:
		return pause();
	case LEAVE:
		_exit(0);
	default:
		return 0;
	}
}

static int fake_verify(struct map *map, struct why *why)
{
	return act(map, map->verify, why);
}

static int fake_next(struct map *map, struct map_entry *ret, struct why *why)
{
	const int error = act(map, map->next, why);

	if (error < 0 || map->left-- == 0)
		return error;
	*ret = (struct map_entry){ .key = { "key", 3 }, .value = { "value", 5 } };
	if (map->next == BAD_POINTER)
		ret->value = (struct map_bytes){ (const void *)16, 5 };
	return 1;
}

static const struct map_backend fake = { .verify = fake_verify, .next = fake_next };

static const struct {
	const char *label;
	enum act verify, next;
	int want;
	const char *want_why;
} cases[] = {
	{ "sound", SOUND, SOUND, 0, "" },
	{ "verify refuses", REFUSE, SOUND, -EBADMSG, "no table" },
	{ "verify crashes", CRASH, SOUND, -EBADMSG, "crashed on it" },
	{ "verify does not end", SPIN, SOUND, -EBADMSG, "comes to no end" },
	{ "verify sleeps", SLEEP, SOUND, -EBADMSG, "comes to no end" },
	{ "verify exits", LEAVE, SOUND, -EBADMSG, "crashed on it" },
	{ "the walk refuses", SOUND, REFUSE, -EBADMSG, "no table" },
	{ "the walk crashes", SOUND, CRASH, -EBADMSG, "crashed on it" },
	{ "the walk does not end", SOUND, SPIN, -EBADMSG, "comes to no end" },
	{ "a record lies nowhere", SOUND, BAD_POINTER, -EBADMSG, "crashed on it" },
};

static void whatever_the_child_does_there_is_an_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *label = cases[i].label;
		struct map map = { .verify = cases[i].verify,
				   .next = cases[i].next,
				   .left = RECORDS,
				   .parent = getpid() };
		const struct table table = { .backend = &fake, .map = &map };
		struct why why = { 0 };
		const bool spins =
			cases[i].want_why[0] == 'c' && cases[i].want_why[1] == 'o';

		check_int(
			label,
			trial_within(&table, PATH, spins ? PATIENCE_MS : LIMIT_MS, &why),
			cases[i].want);
		if (cases[i].want_why[0] == '\0')
			check_text(label, why.text, "");
		else
			check_contains(label, why.text, cases[i].want_why);
		check_int("no child is left", waitpid(-1, NULL, WNOHANG), -1);
		check_int("as the parent had it", map.left, RECORDS);
	}
}

/* As some programs leave it to whom they start: no child has to be waited for then. */
static void with_sigchld_ignored_too(void **state)
{
	struct map map = { .left = RECORDS, .parent = getpid() };
	const struct table table = { .backend = &fake, .map = &map };

	(void)state;
	(void)signal(SIGCHLD, SIG_IGN);
	check_int("sound", trial_within(&table, PATH, LIMIT_MS, NULL), 0);
	map.verify = CRASH;
	check_int("crash", trial_within(&table, PATH, LIMIT_MS, NULL), -EBADMSG);
	map.verify = SLEEP;
	check_int("sleep", trial_within(&table, PATH, PATIENCE_MS, NULL), -EBADMSG);
	(void)signal(SIGCHLD, SIG_DFL);
}

static void without_a_process_it_says_so(void **state)
{
	struct map map = { .left = RECORDS, .parent = getpid() };
	const struct table table = { .backend = &fake, .map = &map };
	const struct rlimit none = { 0 };
	struct rlimit before;
	struct why why = { 0 };

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	const struct rlimit few = { .rlim_cur = none.rlim_cur,
				    .rlim_max = before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	const int error = trial_within(&table, PATH, LIMIT_MS, &why);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	check_int("no descriptor", error, -ENOMEM);
	check_contains("no descriptor", why.text, "cannot start a process");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_the_child_does_there_is_an_answer),
		cmocka_unit_test(with_sigchld_ignored_too),
		cmocka_unit_test(without_a_process_it_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
