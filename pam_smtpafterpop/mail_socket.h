/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mail_socket - is this descriptor the connection of a mail client, and whose?
 *
 * A mail connection is a connected IPv4 or IPv6 stream whose own port is one of
 * `ports`: never the end that this process opened itself, nor ssh's.
 */
#pragma once

#include "core/client_address.h"

#include <stdbool.h>

struct settings;
struct why;

struct mail_socket {
	unsigned short port; /* our own */
	struct client_address peer;
};

/* -ENOTCONN: no connected IPv4 or IPv6 stream, whatever else it is. */
int mail_socket_look(int fd, struct mail_socket *ret);

bool mail_socket_has_mail_port(const struct settings *settings,
			       const struct mail_socket *socket);

/* Both of it. `name` is what `why` calls the descriptor. -ENOTCONN, -EADDRNOTAVAIL:
 * another port */
int mail_socket_peer(int fd, const char *name, const struct settings *settings,
		     struct client_address *ret, struct why *why);
