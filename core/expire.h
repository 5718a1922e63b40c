/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * expire - close what has ended, repair what somebody else changed
 *
 * What the timer runs each minute and the host at boot. Idle, it loads no database
 * library and opens no table. All of these take the commit lock themselves and wait
 * for it, and for a rebuild of the map, until the job's deadline. `why` and `ret` may
 * not be NULL; `*ret` starts as zero.
 */
#pragma once

#include "core/commit.h"

#include <stdbool.h>

/*
 * A failed commit's leases go to deferred/, and `why` says what is wrong; what lasts is
 * a `known_failure` from the second time. A lease that cannot be ended or read is one,
 * too, but keeps no other from being dealt with. Touches `expired` in the end,
 * also after a failed commit: the timer has done its work.
 */
int expire(const struct job *job, struct commit_result *ret, struct why *why);

/*
 * What the path unit runs: commit the queue, and, when the timer is late, end what has
 * lapsed too. Does not touch `expired`. To end leases by hand: revoke.h.
 */
int expire_commit_queue(const struct job *job, struct commit_result *ret,
			struct why *why);

/* Whether the time of this lease is over at the job's time: the next run ends it, unless
 * its client is still connected (hold.h). */
struct lease;
bool expire_is_due(const struct job *job, const struct lease *lease);
