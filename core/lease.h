/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lease - the permission of one client address to relay
 *
 * On disk it is a small file named by the address. Its modification time is the last
 * login, so that a renewal changes one inode and nothing else. Its one line,
 *
 *	user=horn service=dovecot opened=1795521707
 *
 * says who opened it and when; `until=SECONDS` is there when `sapdb grant --for` gave
 * it an end of its own. User and service are escaped (escape.h): no blank, no control
 * character.
 */
#pragma once

#include "core/client_address.h"

#include <stdbool.h>
#include <time.h>

#define LEASE_USER 256 /* escaped, with the NUL; a longer name is cut */
#define LEASE_SERVICE 64
#define LEASE_LINE 512

struct why;

struct lease {
	struct client_address client;
	char user[LEASE_USER];
	char service[LEASE_SERVICE];
	struct timespec last_login;
	time_t opened;
	time_t until; /* 0 = as long as the lifetime lasts */
	bool foreign; /* the file is another user's: an auth-worker's, from the queue */
};

/* `user` and `service` may be any bytes. */
void lease_make(struct lease *ret, const struct client_address *client, const char *user,
		const char *service, struct timespec now);

/* Returns the length of the line, which ends in a newline. */
size_t lease_print(const struct lease *lease, char line[static LEASE_LINE]);

/* Fills all but client and last_login. -EINVAL: this is no lease's line. */
int lease_parse(const char *line, struct lease *ret);

/* From when on it is closed, in seconds since the epoch. 0 for one that was revoked: its
 * last login is dated 0. */
time_t lease_end(const struct lease *lease, long lifetime_ms);
