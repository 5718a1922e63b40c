/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/complaint.h"

#include "base/why.h"
#include "core/run_file.h"

#include <string.h>

static const char *const names[] = {
	[COMPLAINT_MAP] = "complaint-map",     [COMPLAINT_EXPIRY] = "complaint-expiry",
	[COMPLAINT_FULL] = "complaint-full",   [COMPLAINT_STATE] = "complaint-state",
	[COMPLAINT_QUEUE] = "complaint-queue", [COMPLAINT_HOLD] = "complaint-hold",
};

bool complaint_make(const char *run_dir, enum complaint_topic topic, const char *text)
{
	char before[WHY_MAX];

	const bool known =
		run_file_read(run_dir, names[topic], before, sizeof(before)) >= 0 &&
		strcmp(before, text) == 0;
	/* Written again all the same: that sets its time. */
	(void)run_file_write(run_dir, names[topic], text, NULL);
	return !known;
}

bool complaint_is_fresh(const char *run_dir, enum complaint_topic topic,
			struct timespec now, long seconds)
{
	time_t made;

	return run_file_mtime(run_dir, names[topic], &made) == 0 &&
	       made <= now.tv_sec + 1 && now.tv_sec - made < seconds;
}

bool complaint_withdraw(const char *run_dir, enum complaint_topic topic)
{
	return run_file_remove(run_dir, names[topic]) == 0;
}
