/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * expiry_watch - nothing is opened that nobody would close
 *
 * STATE_DIR/expired has the time of the last run of `sapdb expire`. When that is
 * longer ago than the setting `expiry_watch`, the timer does not do its work.
 */
#pragma once

#include <stdbool.h>
#include <time.h>

struct job;
struct why;

bool expiry_is_watched(const struct job *job);

/* The timer's run is late by its own measure: whoever commits ends what has lapsed. */
bool expiry_is_late(const struct job *job);

/* 0: never. */
time_t expiry_last_run(const struct job *job);

int expiry_watch_touch(const struct job *job, struct why *why);
