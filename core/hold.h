/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hold - a lease that outlives its lifetime, since its client is still connected
 *
 * With hold_open a lease whose lifetime is over does not end while its address has an
 * established TCP connection to one of `ports`, until max_lifetime after the last login.
 * A connection opens nothing and dates nothing: when it is gone, the next run ends the
 * lease. Never held are a lease whose end was granted (`until`), one that was revoked,
 * and one that today's `never` and `only` would not open.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <time.h>

struct batch;
struct job;
struct lease;
struct settings;
struct why;

/* Is told of the other end of a connection. */
struct connection_sink {
	void (*found)(void *to, const struct sockaddr *peer);
	void *to;
};

/* Somebody who knows the connections of this host: core does not. */
struct connection_source {
	/* Each established connection to one of `ports` (ends at the first 0), once or
	 * more. On an error some may have been told. */
	int (*each)(const void *context, const unsigned short *ports,
		    const struct connection_sink *sink, struct why *why);
	const void *context;
};

/*
 * Set `held` of the entries that are, in a batch that is sorted then (batch_sort). The
 * source is asked once, and only if any may be held. Returns how many are; when the
 * source fails none is, and the error is handed back.
 */
long hold_mark(const struct job *job, struct batch *batch, struct why *why);

/* Until when a lease can be held at the latest. */
time_t hold_end(const struct settings *settings, const struct lease *lease);

/* That is why it ends: its connections no longer count. */
bool hold_is_over(const struct job *job, const struct lease *lease);
