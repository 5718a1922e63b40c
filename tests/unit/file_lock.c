/* SPDX-License-Identifier: BSD-2-Clause */
/* file_lock_awaited: see map_contract_commit.c, which has a makemap wait. */
#include "map/file_lock.h"

#include "check.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

/* What another descriptor holds, and what becomes of our shared lock. */
static const struct {
	const char *label;
	int other; /* of flock(2) */
	int want;
	bool shared; /* others may share it then */
} cases[] = {
	{ "nobody else", LOCK_UN, 1, false },
	{ "a reader", LOCK_SH, 0, true },
	{ "a rebuilder was quicker", LOCK_EX, -EBUSY, false },
};

static bool can_share(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const bool can = flock(fd, LOCK_SH | LOCK_NB) == 0;

	(void)close(fd);
	return can;
}

static void a_lock_becomes_ours_alone(void **state)
{
	char path[SCRATCH_PATH];

	scratch_write(scratch_path(*state, "x", path), "", 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const int ours = open(path, O_RDONLY | O_CLOEXEC);
		const int other = open(path, O_RDONLY | O_CLOEXEC);

		if (cases[i].other != LOCK_EX)
			assert_int_equal(file_lock_shared(ours), 0);
		assert_int_equal(flock(other, cases[i].other | LOCK_NB), 0);
		check_int(cases[i].label, file_lock_alone(ours), cases[i].want);
		check_int(cases[i].label, can_share(path), cases[i].shared);
		/* And it is ours still: nobody can have it for himself. */
		assert_int_equal(flock(other, LOCK_UN), 0);
		check_int(cases[i].label, flock(other, LOCK_EX | LOCK_NB) == 0,
			  cases[i].want < 0);
		(void)close(ours);
		(void)close(other);
	}
}

static void an_unlocked_file_is_free(void **state)
{
	char path[SCRATCH_PATH];

	scratch_write(scratch_path(*state, "x", path), "", 0);
	const int ours = open(path, O_RDONLY | O_CLOEXEC);
	check_int("exclusive", file_lock_exclusive(ours), 0);
	check_false("locked", can_share(path));
	file_unlock(ours);
	check_true("unlocked", can_share(path));
	(void)close(ours);
	file_unlock(-1);
	check_int("no file", file_lock_shared(-1), -EBADF);
	check_int("no file", file_lock_alone(-1), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(a_lock_becomes_ours_alone),
		IN_SCRATCH(an_unlocked_file_is_free),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
