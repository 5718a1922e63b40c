/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/whole_text.h"

#include "check.h"
#include "scratch.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <string.h>

static const struct {
	const char *label, *content;
	size_t room;
	const char *want;
} cases[] = {
	{ "all of it", "two\nlines\n", 10, "two\nlines\n" },
	{ "more room", "text", 100, "text" },
	{ "less room", "text", 2, "te" },
	{ "nothing", "", 10, "" },
	{ "no room", "text", 0, "" },
};

static void a_text_has_its_end(void **state)
{
	char path[SCRATCH_PATH];

	(void)scratch_path(*state, "text", path);
	for (size_t i = 0; i < COUNT(cases); i++) {
		cleanup_free char *text = NULL;
		scratch_write(path, cases[i].content, strlen(cases[i].content));
		cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
		check_int(cases[i].label, whole_text(fd, cases[i].room, &text),
			  strlen(cases[i].want));
		check_text(cases[i].label, text, cases[i].want);
	}
}

/* A pipe gives it in parts. */
static void parts_are_put_together(void **state)
{
	cleanup_free char *text = NULL;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096);
	assert_int_equal(write(ends[1], "text", 4), 4);
	(void)close(ends[1]);
	check_int("to its end", whole_text(ends[0], 100, &text), 4);
	(void)close(ends[0]);
}

static void what_cannot_be_read_is_no_text(void **state)
{
	char *text = (char *)(uintptr_t) "before";

	cleanup_fd int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	(void)state;
	check_int("a folder", whole_text(folder, 10, &text), -EISDIR);
	check_text("none", text, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(a_text_has_its_end),
		cmocka_unit_test(parts_are_put_together),
		cmocka_unit_test(what_cannot_be_read_is_no_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
