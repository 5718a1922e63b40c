/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A list of networks: what is accepted, printed and read again is the same list, and each
 * network ends exactly where its prefix says.
 */
#include "fuzz.h"

#include "base/why.h"
#include "core/networks.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_ROOM (NETWORKS_MAX * (CLIENT_ADDRESS_TEXT + 5))

static struct client_address first_of(const struct network *network)
{
	struct client_address first;
	char text[CLIENT_ADDRESS_TEXT];

	must(inet_ntop(network->family, network->bytes, text, sizeof(text)) != NULL);
	must(client_address_parse(text, &first) == 0);
	return first;
}

/* A client that differs in this bit. */
static struct client_address beside(const struct network *network, unsigned bit)
{
	struct client_address other = { .family = network->family };

	memcpy(other.bytes, network->bytes, sizeof(other.bytes));
	other.bytes[bit / 8] ^= (unsigned char)(0x80U >> bit % 8);
	return other;
}

static void check_edges(const struct network *network)
{
	const unsigned most = network->family == AF_INET ? 32 : 128;
	const struct networks alone = { 1, { *network } };
	struct client_address other;

	must(network->prefix <= most);
	if (network->prefix > 0) {
		other = beside(network, network->prefix - 1U);
		must(!networks_contain(&alone, &other));
	}
	if (network->prefix < most) {
		other = beside(network, network->prefix);
		must(networks_contain(&alone, &other));
	}
}

static void print(const struct networks *networks, char text[static LIST_ROOM])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < networks->count; i++) {
		const struct client_address first = first_of(&networks->list[i]);
		used += (size_t)snprintf(text + used, LIST_ROOM - used, "%s/%u ",
					 first.text, networks->list[i].prefix);
	}
}

static bool same(const struct networks *a, const struct networks *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (a->list[i].family != b->list[i].family ||
		    a->list[i].prefix != b->list[i].prefix ||
		    memcmp(a->list[i].bytes, b->list[i].bytes, 16) != 0)
			return false;
	return a->count == b->count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct networks parsed = { .count = 999 }, again = { 0 };
	struct why why = { 0 };
	char printed[LIST_ROOM], *text = fuzz_rest(&input);

	if (networks_parse(text, &parsed, &why) < 0) {
		must(parsed.count == 999 && why.text[0] != '\0');
	} else {
		must(parsed.count <= NETWORKS_MAX);
		for (size_t i = 0; i < parsed.count; i++) {
			const struct client_address first = first_of(&parsed.list[i]);
			must(networks_contain(&parsed, &first));
			check_edges(&parsed.list[i]);
		}
		print(&parsed, printed);
		must(networks_parse(printed, &again, NULL) == 0 && same(&parsed, &again));
	}
	free(text);
	return 0;
}
