/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * networks - a list of networks, as in the settings "never" and "only"
 *
 * Written as 192.0.2.0/24 2001:db8::/32, or an address for itself alone; blanks or
 * commas between. Bits behind the prefix are a mistake, not ignored: who writes
 * 192.0.2.7/24 may mean one host or all.
 */
#pragma once

#include "core/client_address.h"

#define NETWORKS_MAX 64

struct network {
	unsigned char bytes[16];
	unsigned char family; /* AF_INET: the first 4 bytes count; AF_INET6: all 16 */
	unsigned char prefix;
};

#define NETWORK_TEXT (CLIENT_ADDRESS_TEXT + 4) /* with its prefix */

struct networks {
	size_t count;
	struct network list[NETWORKS_MAX];
};

struct why;

/* -EINVAL, -E2BIG; `ret` is untouched then */
int networks_parse(const char *text, struct networks *ret, struct why *why);

bool networks_contain(const struct networks *networks,
		      const struct client_address *client);

/* In the network, or, where its prefix is longer than `most`, in that of its first
 * `most` bits. */
bool network_contains(const struct network *network, const struct client_address *client,
		      unsigned most);

/* "192.0.2.0/24", or the address alone of a single host. Returns `text`. */
const char *network_print(const struct network *network, char text[static NETWORK_TEXT]);
