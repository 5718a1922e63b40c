/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/counters.h"

#include "check.h"
#include "scratch.h"

#include <string.h>
#include <unistd.h>

#define MANY 18446744073709551000ULL

static void check_counters(const char *label, const char *run_dir,
			   const struct counters *want)
{
	struct counters got;

	counters_read(run_dir, &got);
	check_true(label, got.commits == want->commits);
	check_true(label, got.failures == want->failures);
	check_true(label, got.microseconds == want->microseconds);
	check_true(label, got.opened == want->opened);
	check_true(label, got.removed == want->removed);
}

static void what_is_added_adds_up(void **state)
{
	const struct scratch *scratch = *state;
	const struct counters none = { 0 };
	const struct counters one = { 1, 2, 3, 4, 5 };
	const struct counters three = { 3, 6, 9, 12, 15 };
	const struct counters many = { .commits = MANY };
	char path[SCRATCH_PATH];

	check_counters("nothing yet", scratch->path, &none);
	for (int i = 0; i < 3; i++)
		counters_add(scratch->path, &one);
	check_counters("three times", scratch->path, &three);
	const off_t size = scratch_stat(scratch_path(scratch, "counters", path)).st_size;
	counters_add(scratch->path, &many);
	check_int("as long as before", scratch_stat(path).st_size, size);
}

static void what_is_spoilt_is_nothing(void **state)
{
	static const char *const texts[] = { "", "commits=1", "commits=x failures=1",
					     "\xff\xff\xff" };
	const struct scratch *scratch = *state;
	const struct counters none = { 0 };
	const struct counters one = { .opened = 1 };
	char path[SCRATCH_PATH];

	scratch_path(scratch, "counters", path);
	for (size_t i = 0; i < COUNT(texts); i++) {
		scratch_write(path, texts[i], strlen(texts[i]));
		check_counters(texts[i], scratch->path, &none);
		counters_add(scratch->path, &one);
		check_counters(texts[i], scratch->path, &one);
	}
}

static void a_link_is_not_followed(void **state)
{
	const struct scratch *scratch = *state;
	const struct counters none = { 0 };
	const struct counters one = { .opened = 1 };
	char path[SCRATCH_PATH], target[SCRATCH_PATH], got[16];

	scratch_write(scratch_path(scratch, "target", target), "his", 3);
	check_int("linked", symlink(target, scratch_path(scratch, "counters", path)), 0);
	counters_add(scratch->path, &one);
	check_text("target", scratch_read(target, got, sizeof(got)), "his");
	check_counters("nothing", scratch->path, &none);
	counters_add("/nonexistent", &one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(what_is_added_adds_up),
		IN_SCRATCH(what_is_spoilt_is_nothing),
		IN_SCRATCH(a_link_is_not_followed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
