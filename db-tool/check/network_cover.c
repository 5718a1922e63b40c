/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/network_cover.h"

#include <string.h>
#include <sys/socket.h>

static bool same_bits(const unsigned char *a, const unsigned char *b, unsigned bits)
{
	const unsigned whole = bits / 8, rest = bits % 8;
	const unsigned char mask = (unsigned char)(0xff00U >> rest);

	return memcmp(a, b, whole) == 0 &&
	       (rest == 0 || ((a[whole] ^ b[whole]) & mask) == 0);
}

/* Bounded by the list: a part is halved only where one of its networks lies inside. */
bool networks_cover(const struct networks *networks, const struct network *wanted)
{
	bool inside = false;

	for (size_t i = 0; i < networks->count; i++) {
		const struct network *network = &networks->list[i];

		if (network->family != wanted->family)
			continue;
		if (network->prefix <= wanted->prefix &&
		    same_bits(network->bytes, wanted->bytes, network->prefix))
			return true;
		if (network->prefix > wanted->prefix &&
		    same_bits(network->bytes, wanted->bytes, wanted->prefix))
			inside = true;
	}
	if (!inside)
		return false;
	struct network low = *wanted, high = *wanted;
	low.prefix = high.prefix = (unsigned char)(wanted->prefix + 1);
	high.bytes[wanted->prefix / 8] |= (unsigned char)(0x80U >> wanted->prefix % 8);
	return networks_cover(networks, &low) && networks_cover(networks, &high);
}

bool networks_cover_family(const struct networks *networks, unsigned char family)
{
	const struct network all = { .family = family };

	return networks_cover(networks, &all);
}
