/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/time_option.h"

#include "core/duration.h"

#include <errno.h>

#define SECOND_MS 1000L
#define DAY_MS (24L * 3600 * SECOND_MS)

const struct time_bounds time_of_grant = { SECOND_MS, DAY_MS,
					   "a time from 1s to 24h, such as 2h" };
const struct time_bounds time_of_block = { SECOND_MS, 3650 * DAY_MS,
					   "a time from 1s to 3650d, such as 2h" };

int time_option(const char *text, const struct time_bounds *bounds, long *ret_ms)
{
	long milliseconds;

	if (duration_parse(text, &milliseconds) < 0 || milliseconds < bounds->least_ms ||
	    milliseconds > bounds->most_ms)
		return -EINVAL;
	*ret_ms = milliseconds;
	return 0;
}
