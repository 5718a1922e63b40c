/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * complaint - say what is wrong once, not at each login
 *
 * A complaint stands in the run directory until it is withdrawn; its time is when the
 * trouble was last met. Made again with the same words it is no news.
 *
 * That a service's logins give no address is a topic for each service. Nothing withdraws
 * it, for that would cost the logins that give one: it lapses when it has not been met
 * for a day.
 */
#pragma once

#include <stdbool.h>
#include <time.h>

enum complaint_topic {
	COMPLAINT_MAP,	   /* the map cannot be changed */
	COMPLAINT_EXPIRY,  /* the timer does not run */
	COMPLAINT_FULL,	   /* max_leases is reached */
	COMPLAINT_STATE,   /* a lease cannot be written or ended */
	COMPLAINT_QUEUE,   /* queue_group cannot be given the queue */
	COMPLAINT_HOLD,	   /* nobody knows who is connected */
	COMPLAINT_SERVICE, /* a lease is left to sapdb, which does not come */
	COMPLAINT_METRICS, /* metrics_file cannot be written */
};
#define COMPLAINT_TOPICS 8

/* "map", ... */
const char *complaint_topic_name(enum complaint_topic topic);

/* True when it is news: say it. False also when only its time was renewed. Where it
 * cannot be kept (a worker that is not root) it is news each time. Of a text that is
 * longer than WHY_MAX the beginning counts. */
bool complaint_make(const char *run_dir, enum complaint_topic topic, const char *text);

/* The same for a service without a client's address; `text` names the service, and other
 * numbers in it are no news. There are 64 files at most, chosen by a number made of the
 * name: a name from outside is no file's, and two services that fall on the same are both
 * news each time, at worst. */
bool complaint_make_address(const char *run_dir, const char *service, struct timespec now,
			    const char *text);

/* Whether it was made in the last `seconds`. */
bool complaint_is_fresh(const char *run_dir, enum complaint_topic topic,
			struct timespec now, long seconds);

/* True when there was one. */
bool complaint_withdraw(const char *run_dir, enum complaint_topic topic);
