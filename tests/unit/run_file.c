/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/run_file.h"

#include "check.h"
#include "scratch.h"

#include "base/why.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void what_is_written_is_read(void **state)
{
	static const char *const texts[] = { "a text", "", "another\nwith a line\n",
					     "short" };
	char folder[SCRATCH_PATH], got[64];

	scratch_path(*state, "run", folder);
	check_int("nothing yet", run_file_read(folder, "x", got, sizeof(got)), -ENOENT);
	for (size_t i = 0; i < COUNT(texts); i++) {
		check_int(texts[i], run_file_write(folder, "x", texts[i], NULL), 0);
		check_int(texts[i], run_file_read(folder, "x", got, sizeof(got)),
			  strlen(texts[i]));
		check_text(texts[i], got, texts[i]);
	}
	check_int("cut", run_file_read(folder, "x", got, 4), 3);
	check_text("cut", got, "sho");
	check_int("removed", run_file_remove(folder, "x"), 0);
	check_int("removed again", run_file_remove(folder, "x"), -ENOENT);
	check_int("nothing left", rmdir(folder), 0);
}

static void modes_do_not_depend_on_the_host(void **state)
{
	static const mode_t masks[] = { 0, 022, 077, 0777 };
	char folder[SCRATCH_PATH], path[SCRATCH_PATH];

	scratch_path(*state, "run", folder);
	scratch_path(*state, "run/x", path);
	for (size_t i = 0; i < COUNT(masks); i++) {
		const mode_t before = umask(masks[i]);
		const int error = run_file_write(folder, "x", "text", NULL);
		(void)umask(before);
		check_int("written", error, 0);
		check_int("folder", scratch_stat(folder).st_mode & 07777, 0755);
		check_int("file", scratch_stat(path).st_mode & 07777, 0644);
		check_int("removed", run_file_remove(folder, "x"), 0);
		check_int("removed", rmdir(folder), 0);
	}
}

static void a_planted_link_is_not_followed(void **state)
{
	static const char *const names[] = { "x", ".x.new" };
	char path[SCRATCH_PATH], target[SCRATCH_PATH], got[64];
	const struct scratch *scratch = *state;

	scratch_path(scratch, "target", target);
	for (size_t i = 0; i < COUNT(names); i++) {
		scratch_write(target, "keep", 4);
		(void)unlink(scratch_path(scratch, "x", path));
		scratch_path(scratch, names[i], path);
		assert_int_equal(symlink(target, path), 0);
		if (strcmp(names[i], "x") == 0)
			check_true(names[i], run_file_read(scratch->path, "x", got,
							   sizeof(got)) < 0);
		(void)run_file_write(scratch->path, "x", "text", NULL);
		check_text(names[i], scratch_read(target, got, sizeof(got)), "keep");
		(void)unlink(path);
	}
}

static void its_time_can_be_asked(void **state)
{
	const struct scratch *scratch = *state;
	char path[SCRATCH_PATH];
	time_t got = 0;

	check_int("none", run_file_mtime(scratch->path, "x", &got), -ENOENT);
	check_int("write", run_file_write(scratch->path, "x", "text", NULL), 0);
	scratch_date(scratch_path(scratch, "x", path), 12345);
	check_int("time", run_file_mtime(scratch->path, "x", &got), 0);
	check_int("time", got, 12345);
}

static void a_folder_that_cannot_be_made_is_an_error(void **state)
{
	struct why why = { 0 };

	(void)state;
	check_int("folder", run_file_write("/nowhere/run", "x", "text", &why), -ENOENT);
	check_contains("folder", why.text, "cannot open the run folder /nowhere/run");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(what_is_written_is_read),
		IN_SCRATCH(modes_do_not_depend_on_the_host),
		IN_SCRATCH(a_planted_link_is_not_followed),
		IN_SCRATCH(its_time_can_be_asked),
		IN_SCRATCH(a_folder_that_cannot_be_made_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
