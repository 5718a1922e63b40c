/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/embedded_ipv4.h"

#include "core/client_address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

static const struct form {
	unsigned char prefix[12];
	unsigned char size; /* of the prefix, in bytes */
	unsigned char at;   /* where the four bytes are; 0: see local_place() */
	bool inverted;	    /* so that no NAT on the way rewrites it */
	bool of_several;    /* the same 64 bits stand before many */
} forms[] = {
	{ { 0x20, 0x02 }, 2, 2, false, false },
	{ { 0x00, 0x64, 0xff, 0x9b }, 12, 12, false, true },
	{ { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 6, 0, false, true },
	{ { 0x20, 0x01, 0x00, 0x00 }, 4, 12, true, true },
	{ { 0 }, 12, 12, false, true },
};

static const struct form *form_of(const struct client_address *client)
{
	if (client->family != AF_INET6)
		return NULL;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (memcmp(client->bytes, forms[i].prefix, forms[i].size) == 0)
			return &forms[i];
	return NULL;
}

/* The length of a local prefix is its owner's choice; what stands behind the four bytes
 * is zero, and byte 8 always. An IPv4 address that ends in a zero may be misread: it is a
 * network's, not a host's. */
static const size_t *local_place(const unsigned char *bytes)
{
	static const size_t places[][4] = {
		{ 6, 7, 9, 10 }, { 7, 9, 10, 11 }, { 9, 10, 11, 12 }, { 12, 13, 14, 15 }
	};
	static const unsigned char zero[5];
	size_t i = 0;

	while (i < 3 && memcmp(bytes + 11 + i, zero, 5 - i) != 0)
		i++;
	return places[i];
}

bool embedded_ipv4(const struct client_address *client, struct client_address *ret)
{
	const struct form *form = form_of(client);
	struct sockaddr_in in = { .sin_family = AF_INET };
	unsigned char ipv4[4];

	if (!form)
		return false;
	const size_t *place = local_place(client->bytes);
	for (size_t i = 0; i < sizeof(ipv4); i++) {
		ipv4[i] = client->bytes[form->at ? form->at + i : place[i]];
		if (form->inverted)
			ipv4[i] ^= 0xff;
	}
	memcpy(&in.sin_addr, ipv4, sizeof(ipv4));
	return client_address_of_socket((const struct sockaddr *)&in, ret) == 0;
}

bool embedded_ipv4_shares_network(const struct client_address *client)
{
	const struct form *form = form_of(client);

	return form && form->of_several;
}
