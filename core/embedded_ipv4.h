/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * embedded_ipv4 - the IPv4 address that an IPv6 address carries
 *
 *	2002::/16	6to4		the network behind that router (RFC 3056)
 *	64:ff9b::/96	NAT64		a translator's, in the four last bytes (RFC 6052)
 *	64:ff9b:1::/48	NAT64, local	in one of four places (RFC 8215, 6052)
 *	2001::/32	Teredo		behind that NAT; inverted (RFC 4380)
 *	::/96		IPv4-compatible	(RFC 4291; long given up)
 *
 * A mapped address (::ffff:0:0/96) is none of them: it *is* IPv4 (client_address.h). Nor
 * is ISATAP: there the network is its owner's own, and what it carries is a link's
 * matter.
 */
#pragma once

#include <stdbool.h>

struct client_address;

/* False: it carries none, as every IPv4 address; then `ret` is untouched. */
bool embedded_ipv4(const struct client_address *client, struct client_address *ret);

/* Strangers have the same first 64 bits: all of IPv4 behind a translator, all clients of
 * one Teredo server. */
bool embedded_ipv4_shares_network(const struct client_address *client);
