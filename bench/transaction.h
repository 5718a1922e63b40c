/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transaction - one login through the real libpam, timed
 *
 * All calls of a mail daemon that opens a session, from pam_start_confdir to pam_end, so
 * that loading and unloading the modules counts.
 */
#pragma once

#include <stdint.h>

#define ADDRESS_ROOM 16

/* A way to log in: a PAM service, and from where. "ours=10.1.0.1+1" */
struct way {
	char service[32];
	uint32_t first;
	uint32_t step; /* 0 = always from the same address */
	uint32_t done; /* logins so far */
};

/* Nanoseconds of the monotonic clock. */
int64_t now_ns(void);

/* SERVICE=ADDRESS or SERVICE=ADDRESS+STEP. Ends the program when it is neither. */
void way_parse(const char *text, struct way *ret);

/* The address of login `number`. */
void way_address(const struct way *way, uint32_t number, char text[static ADDRESS_ROOM]);

/* Called while the session is open; NULL = not. */
extern void (*transaction_inside)(void);

/* One login from `address`. Ends the program when it does not succeed: a benchmark of
 * logins that fail is worth nothing. Returns what it took, in nanoseconds. */
int64_t transaction(const char *confdir, const char *service, const char *address);

/* The next login of this way. */
int64_t way_login(struct way *way, const char *confdir);
