/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The date of an LMDB table after a change of ours, where the kernel's own would be its
 * last tick: the linker puts __wrap_futimens in the way.
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(it_is_dated_by_the_clock_and_not_by_a_tick),
		IN_SCRATCH(what_cannot_be_dated_has_no_identity),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
