/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * defer - a commit failed: take its leases out of the path unit's sight
 *
 * pending/ is the path unit's bell: an entry that stays there would start the commit
 * service again without end. In deferred/ it waits for the timer or the next commit.
 * To be called under the commit lock.
 */
#pragma once

struct job;
struct why;

int defer_queue(const struct job *job, struct why *why);
