/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * complaint - say what is wrong once, not at each login
 *
 * A complaint stands in the run directory until it is withdrawn; its time is when the
 * trouble was last met. Made again with the same words it is no news.
 */
#pragma once

#include <stdbool.h>
#include <time.h>

enum complaint_topic {
	COMPLAINT_MAP,	  /* the map cannot be changed */
	COMPLAINT_EXPIRY, /* the timer does not run */
	COMPLAINT_FULL,	  /* max_leases is reached */
	COMPLAINT_STATE,  /* a lease cannot be written */
	COMPLAINT_QUEUE,  /* queue_group cannot be given the queue */
	COMPLAINT_HOLD,	  /* nobody knows who is connected */
};

/* True when it is news: say it. False also when only its time was renewed. Where it
 * cannot be kept it is news each time. */
bool complaint_make(const char *run_dir, enum complaint_topic topic, const char *text);

/* Whether it was made in the last `seconds`. */
bool complaint_is_fresh(const char *run_dir, enum complaint_topic topic,
			struct timespec now, long seconds);

/* True when there was one. */
bool complaint_withdraw(const char *run_dir, enum complaint_topic topic);
