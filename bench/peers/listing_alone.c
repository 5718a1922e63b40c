/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listing_alone - peer A's listing in a program that is linked with libdb
 *
 *	listing_alone TABLE STAMPS ROUNDS SERVICE=ADDRESS[+STEP]
 *
 * Prints a line for each call: nanoseconds.
 */
#include "../transaction.h"
#include "listing_1999.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct way way;
	char address[ADDRESS_ROOM];

	if (argc != 5)
		errx(2, "usage: listing_alone TABLE STAMPS ROUNDS WAY");
	const struct listing_1999 listing = { .table = argv[1], .stamps = argv[2] };
	way_parse(argv[4], &way);
	for (uint32_t i = 0; i < (uint32_t)atoi(argv[3]); i++) {
		way_address(&way, i, address);
		const int64_t start = now_ns();
		if (listing_1999(&listing, address, "horn") < 0)
			errx(1, "the listing failed for %s", address);
		(void)printf("%" PRId64 "\n", now_ns() - start);
	}
	return 0;
}
