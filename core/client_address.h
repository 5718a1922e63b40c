/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client_address - one canonical IPv4 or IPv6 address
 *
 * Only the functions here make one, from text by inet_pton(3) or from a socket
 * address, never by a look-up of a name. An IPv4-mapped IPv6 address *is* IPv4. The
 * text is what inet_ntop(3) prints: digits, hex letters, dots and colons. So it can
 * name a file or a record, and nothing else from the network can.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define CLIENT_ADDRESS_TEXT 46 /* INET6_ADDRSTRLEN */

struct client_address {
	sa_family_t family; /* AF_INET: the first 4 bytes count; AF_INET6: all 16 */
	unsigned char bytes[16];
	char text[CLIENT_ADDRESS_TEXT];
};

/* An address and nothing around it. -EINVAL */
int client_address_parse(const char *text, struct client_address *ret);

/*
 * An address as daemons hand it to PAM (Dovecot, Courier, Cyrus, UW imapd), which
 * may be "[2001:db8::1]", "fe80::1%eth0", "192.0.2.7;110" or "::ffff:192.0.2.7".
 * Names, "UNKNOWN" and "NON-IP" are -EINVAL; so are "0.0.0.0" and "::", which daemons
 * use for "not known". -EINVAL
 */
int client_address_parse_remote(const char *text, struct client_address *ret);

/* -EAFNOSUPPORT: neither IPv4 nor IPv6 */
int client_address_of_socket(const struct sockaddr *socket, struct client_address *ret);

/* Keep the first `prefix` bits of an IPv6 address; IPv4 is left as it is. */
void client_address_mask_ipv6(struct client_address *client, unsigned prefix);

/* Why no address like this may ever be opened ("a loopback address"), or NULL. The
 * IPv4 address that an IPv6 one carries (embedded_ipv4.h) is judged as well. */
const char *client_address_never(const struct client_address *client);

bool client_address_equal(const struct client_address *a, const struct client_address *b);
/* For qsort(3): IPv4 first. */
int client_address_compare(const struct client_address *a,
			   const struct client_address *b);
