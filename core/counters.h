/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counters - what commits have done since the boot, whoever made them
 *
 * One line in RUN_DIR/counters, of a length that stays the same, written over under the
 * commit lock: four calls for a commit, none for a known client's login. Nothing depends
 * on them: where they cannot be read or written they are left alone.
 */
#pragma once

struct counters {
	unsigned long long commits;	    /* that changed the map */
	unsigned long long failures;	    /* of commits; a map that is busy is none */
	unsigned long long microseconds;    /* that both took */
	unsigned long long opened, removed; /* leases */
};

/* Add `more`, under the commit lock. */
void counters_add(const char *run_dir, const struct counters *more);

/* What was never counted is 0. */
void counters_read(const char *run_dir, struct counters *ret);

/* For the time that something takes. */
unsigned long long counters_clock(void);
