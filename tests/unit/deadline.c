/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/deadline.h"

#include "check.h"

static void the_past_has_passed(void **state)
{
	unsigned round = 0;

	(void)state;
	check_true("now", deadline_passed(deadline_in(0)));
	check_false("no nap", deadline_nap(deadline_in(0), &round));
	check_int("no nap", round, 0);
	check_true("before", deadline_passed((struct timespec){ .tv_sec = 1 }));
	check_true("long before", deadline_passed((struct timespec){ .tv_sec = -5 }));
}

static void the_future_has_not(void **state)
{
	static const long far[] = { 60000, 999999, 100L * 365 * 86400 * 1000 };

	(void)state;
	for (size_t i = 0; i < COUNT(far); i++) {
		const struct timespec deadline = deadline_in(far[i]);
		check_false("far", deadline_passed(deadline));
		check_true("well formed", deadline.tv_nsec >= 0);
		check_true("well formed", deadline.tv_nsec < 1000000000);
	}
}

static long milliseconds(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Naps grow, so that a long wait does not burn the processor; they end at the deadline.
 */
static void naps_end_at_the_deadline(void **state)
{
	const long before = milliseconds();
	const struct timespec deadline = deadline_in(40);
	unsigned round = 0;
	int naps = 0;

	(void)state;
	while (deadline_nap(deadline, &round))
		naps++;
	check_true("passed", deadline_passed(deadline));
	check_true("not before", milliseconds() - before >= 39);
	check_true("some", naps > 0);
	check_true("not many", naps < 20);
	check_int("rounds end", round <= 4, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_past_has_passed),
		cmocka_unit_test(the_future_has_not),
		cmocka_unit_test(naps_end_at_the_deadline),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
