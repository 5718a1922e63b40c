/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block - whom the administrator keeps shut, for a time or until he says otherwise
 *
 * An address, a network or a user. On disk it is one line,
 *
 *	network=192.0.2.0/24 until=1795521707
 *	user=horn until=0
 *
 * where 0 is for ever. The user is escaped as in a lease (lease.h).
 */
#pragma once

#include "core/lease.h"
#include "core/networks.h"

#include <stdbool.h>

#define BLOCK_LINE 512
#define BLOCK_TEXT 512

struct block {
	char user[LEASE_USER]; /* "": it is the network that is blocked */
	struct network network;
	time_t until; /* 0 = until it is taken away */
};

/* `user` may be any bytes, and must not be empty. */
void block_of_user(struct block *ret, const char *user, time_t until);
/* An address, or a network such as 192.0.2.0/24. -EINVAL */
int block_of_network(struct block *ret, const char *network, time_t until,
		     struct why *why);

/* Whether both are of the same user or network, whenever they end. */
bool block_same(const struct block *a, const struct block *b);

/*
 * Whether it keeps a client with such a lease shut at that time. A lease may be for a
 * network (`ipv6_prefix` bits of IPv6): a block of any address in it counts.
 */
bool block_covers(const struct block *block, const struct lease *lease,
		  unsigned ipv6_prefix);
bool block_is_over(const struct block *block, time_t now);

/* Returns the length of the line, which ends in a newline. */
size_t block_print(const struct block *block, char line[static BLOCK_LINE]);
/* The line ends at the newline. -EINVAL: it is no block's. */
int block_parse(const char *line, struct block *ret);

/* "user horn" or "192.0.2.0/24" */
const char *block_whom(const struct block *block, char text[static BLOCK_TEXT]);
/* The same, `middle`, and " until 2026-11-24T12:01:47Z" where it has an end. */
const char *block_tell(const struct block *block, const char *middle,
		       char text[static BLOCK_TEXT]);
