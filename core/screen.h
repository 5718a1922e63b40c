/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen - addresses that are never opened, whoever logs in from there
 *
 * Loopback and its like, the networks of `never`, those outside `only`, and the host's
 * own addresses (refuse_own): webmail on this host, a monitor, a proxy. With
 * ipv6_prefix = 64 also those whose 64 bits are not one site's: they would open all of
 * IPv4 behind a NAT64.
 */
#pragma once

#include <stdbool.h>

struct client_address;
struct settings;

/* Why not ("a loopback address", "the setting never"), or NULL. */
const char *screen_client(const struct settings *settings,
			  const struct client_address *client);

/* Asks the kernel for all addresses of the host: not for each login of a known client.
 * One that carries such an address is the host's own, too. 1 it is, 0 it is not, or a
 * negative errno when the kernel does not tell. */
int screen_is_own(const struct client_address *client);
