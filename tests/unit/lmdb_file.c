/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The date of an LMDB table after a change of ours, where the kernel's own would be its
 * last tick: the linker puts __wrap_futimens in the way. And who else may change it, as
 * __wrap_file_is_written_elsewhere tells.
 */
#include "check.h"
#include "scratch.h"

#include "base/why.h"
#include "map/lmdb_file.h"
#include "map/map.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

static struct {
	int error; /* that it fails with */
	int calls;
	struct timespec date;
} dated;

int __wrap_futimens(int fd, const struct timespec times[2]);
int __real_futimens(int fd, const struct timespec times[2]);

int __wrap_futimens(int fd, const struct timespec times[2])
{
	dated.calls++;
	dated.date = times[1];
	if (dated.error == 0)
		return __real_futimens(fd, times);
	errno = dated.error;
	return -1;
}

static int writers;

int __wrap_file_is_written_elsewhere(int fd);

int __wrap_file_is_written_elsewhere(int fd)
{
	(void)fd;
	return writers;
}

static long long nanoseconds(struct timespec time)
{
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long now(void)
{
	struct timespec time;

	assert_int_equal(clock_gettime(CLOCK_REALTIME, &time), 0);
	return nanoseconds(time);
}

/* Opened, changed and told of it. */
static void change(struct lmdb_file *file, const struct scratch *scratch)
{
	static char path[SCRATCH_PATH];

	scratch_write(scratch_path(scratch, "relay.lmdb", path), "a table", 7);
	const struct map_place place = { .path = path, .note_fd = 0, .in_place = true };
	assert_int_equal(lmdb_file_open(file, &place, NULL), 0);
	assert_int_equal(lmdb_file_begin(file, NULL), 0);
	assert_int_equal(pwrite(file->fd, "A", 1, 0), 1);
	lmdb_file_changed(file);
	lmdb_file_settle(file);
}

static void it_is_dated_by_the_clock_and_not_by_a_tick(void **state)
{
	struct lmdb_file file = LMDB_FILE_NONE;
	struct map_identity identity;

	dated.error = dated.calls = 0;
	const long long before = now();
	change(&file, *state);
	check_int("calls", dated.calls, 1);
	check_true("not before", nanoseconds(dated.date) >= before);
	check_true("not after", nanoseconds(dated.date) <= now());
	check_int("identify", lmdb_file_identify(&file, &identity, NULL), 0);
	check_int("date", nanoseconds(identity.mtime), nanoseconds(dated.date));
	lmdb_file_close(&file);
}

/* A seal over a date that another write could have, too, would hide that write. */
static void what_cannot_be_dated_has_no_identity(void **state)
{
	struct lmdb_file file = LMDB_FILE_NONE;
	struct map_identity identity;

	dated.error = EPERM;
	dated.calls = 0;
	change(&file, *state);
	check_int("calls", dated.calls, 1);
	check_int("identify", lmdb_file_identify(&file, &identity, NULL), -ESTALE);
	lmdb_file_close(&file);
}

/* Two commits of ours while a postmap is on its way to its lock would spoil the table. */
static void nobody_else_may_be_about_to_change_it(void **state)
{
	static const struct {
		const char *label;
		int writers; /* as the kernel tells */
		long age;    /* of the last change, in seconds */
		int want;
	} cases[] = {
		{ "nobody", 0, 0, 0 },
		{ "somebody, just changed", 1, 0, -EBUSY },
		{ "somebody, changed lately", 1, 4, -EBUSY },
		{ "somebody, a clock behind", 1, -3, -EBUSY },
		{ "somebody, changed long ago", 1, 60, 0 },
		{ "somebody, dated tomorrow", 1, -86400, 0 },
		{ "not told, just changed", -EINVAL, 0, 0 },
	};
	char path[SCRATCH_PATH];
	const struct map_place place = { .path = path, .note_fd = 0, .in_place = true };

	scratch_write(scratch_path(*state, "relay.lmdb", path), "a table", 7);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct lmdb_file file = LMDB_FILE_NONE;

		scratch_date(path, time(NULL) - cases[i].age);
		writers = cases[i].writers;
		assert_int_equal(lmdb_file_open(&file, &place, NULL), 0);
		check_int(cases[i].label, lmdb_file_unawaited(&file, NULL),
			  cases[i].want);
		lmdb_file_close(&file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(it_is_dated_by_the_clock_and_not_by_a_tick),
		IN_SCRATCH(what_cannot_be_dated_has_no_identity),
		IN_SCRATCH(nobody_else_may_be_about_to_change_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
