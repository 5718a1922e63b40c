/* SPDX-License-Identifier: BSD-2-Clause */
/* A program of the host that does what it likes: what is made of it. */
#include "db-tool/program.h"

#include "check.h"

#include "base/cleanup.h"
#include "base/why.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define LIMIT_MS 60000
#define SHORT_MS 300
#define SHELL(text)                                                                      \
	{                                                                                \
		"sh", "-c", text, NULL                                                   \
	}

static const struct {
	const char *label;
	const char *argv[4];
	long milliseconds;
	int want, want_status;
	const char *want_out, *want_err, *want_why;
} cases[] = {
	{ "says nothing", { "true" }, LIMIT_MS, 0, 0, "", "", "" },
	{ "fails", { "false" }, LIMIT_MS, 0, 1, "", "", "" },
	{ "by its path", { "/bin/echo", "a b", ";" }, LIMIT_MS, 0, 0, "a b ;\n", "", "" },
	{ "both streams", SHELL("echo a; echo b >&2; exit 7"), LIMIT_MS, 0, 7, "a\n",
	  "b\n", "" },
	{ "dies", SHELL("kill -9 $$"), LIMIT_MS, 0, 128 + SIGKILL, "", "", "" },
	{ "a broken pipe kills it", SHELL("kill -13 $$"), LIMIT_MS, 0, 128 + SIGPIPE, "",
	  "", "" },
	{ "little environment", SHELL("echo $LC_ALL $PATH $HOME"), LIMIT_MS, 0, 0,
	  "C /usr/sbin:/usr/bin:/sbin:/bin\n", "", "" },
	{ "nothing to read", { "cat" }, LIMIT_MS, 0, 0, "", "", "" },
	{ "not there",
	  { "sapdb-no-such" },
	  LIMIT_MS,
	  -ENOENT,
	  0,
	  NULL,
	  NULL,
	  "the program sapdb-no-such is not installed" },
	{ "nor by its path",
	  { "/sapdb/no-such" },
	  LIMIT_MS,
	  -ENOENT,
	  0,
	  NULL,
	  NULL,
	  "the program /sapdb/no-such is not installed" },
	{ "comes to no end",
	  { "sleep", "600" },
	  SHORT_MS,
	  -ETIMEDOUT,
	  0,
	  NULL,
	  NULL,
	  "sleep did not end within 0 seconds" },
	{ "lives on in silence", SHELL("exec sleep 600 >&- 2>&-"), SHORT_MS, -ETIMEDOUT,
	  0, NULL, NULL, "sh did not end" },
	{ "somebody else holds its stream", SHELL("sleep 600 &"), SHORT_MS, -ETIMEDOUT, 0,
	  NULL, NULL, "sh did not end" },
	{ "too much",
	  { "cat", "/dev/zero" },
	  LIMIT_MS,
	  -EFBIG,
	  0,
	  NULL,
	  NULL,
	  "cannot run cat" },
};

static void whatever_it_does(void **state)
{
	(void)state;
	/* It must not be left to the program. */
	(void)signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *label = cases[i].label;
		const struct program program = { .argv = cases[i].argv,
						 .input_fd = -1,
						 .milliseconds = cases[i].milliseconds };
		cleanup_program_output struct program_output says = { 0 };
		struct why why = { 0 };

		check_int(label, program_run(&program, &says, &why), cases[i].want);
		check_int(label, says.status, cases[i].want_status);
		check_text(label, says.out, cases[i].want_out);
		check_text(label, says.err, cases[i].want_err);
		check_contains(label, why.text, cases[i].want_why);
		check_int("no child is left", waitpid(-1, NULL, WNOHANG), -1);
	}
}

/* Each of its streams, more than a pipe holds, whoever is read first. */
static void much_on_both_streams(void **state)
{
	const char *const argv[] = SHELL("head -c 1000000 /dev/zero >&2; "
					 "head -c 1000000 /dev/zero");
	const struct program program = { argv, -1, LIMIT_MS };
	cleanup_program_output struct program_output says = { 0 };

	(void)state;
	check_int("runs", program_run(&program, &says, NULL), 0);
	check_int("out", says.out_size, 1000000);
	check_int("err", says.err_size, 1000000);
}

static void its_input(void **state)
{
	const char *const argv[] = { "cat", NULL };
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], "text", 4), 4);
	(void)close(ends[1]);
	const struct program program = { argv, ends[0], LIMIT_MS };
	cleanup_program_output struct program_output says = { 0 };
	check_int("runs", program_run(&program, &says, NULL), 0);
	check_text("passed on", says.out, "text");
	check_int("still open here", fcntl(ends[0], F_GETFD), FD_CLOEXEC);
	(void)close(ends[0]);
}

static void no_descriptor_of_ours(void **state)
{
	const char *const argv[] = SHELL("ls /proc/self/fd | wc -l");
	const struct program program = { argv, -1, LIMIT_MS };
	cleanup_program_output struct program_output says = { 0 };
	cleanup_fd int ours = open("/", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(ours >= 0);
	check_int("runs", program_run(&program, &says, NULL), 0);
	check_text("three, and that of the folder", says.out, "4\n");
}

static void which_are_there(void **state)
{
	(void)state;
	check_true("a name", program_is_there("true"));
	check_true("a path", program_is_there("/bin/sh"));
	check_false("no such name", program_is_there("sapdb-no-such"));
	check_false("a file that is no program", program_is_there("/etc/passwd"));
	check_false("no name", program_is_there(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_it_does),
		cmocka_unit_test(much_on_both_streams),
		cmocka_unit_test(its_input),
		cmocka_unit_test(no_descriptor_of_ours),
		cmocka_unit_test(which_are_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
