/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * drive - logins by several ways in turn, in one process
 *
 *	drive CONFDIR ROUNDS BLOCK SERVICE=ADDRESS[+STEP]...
 *
 * Each round makes BLOCK logins by each way, in an order drawn anew: what a login costs
 * depends on what the one before it left in the caches. The way `loaded` is no PAM
 * service: A's listing, see peers/listing_loaded.h. Prints a line for each login: the
 * service, a blank, nanoseconds.
 */
#include "peers/listing_loaded.h"
#include "transaction.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAYS 8

struct drive {
	const char *confdir;
	unsigned rounds, block, ways;
	struct way way[WAYS];
	int64_t *took; /* rounds x ways x block */
};

static int64_t *cell(struct drive *drive, unsigned round, unsigned way)
{
	return drive->took + ((size_t)round * drive->ways + way) * drive->block;
}

static int64_t login(struct way *way, const char *confdir)
{
	char address[ADDRESS_ROOM];

	if (strcmp(way->service, "loaded") != 0)
		return way_login(way, confdir);
	way_address(way, way->done++, address);
	return listing_loaded(address);
}

/* The same orders in each run. */
static void shuffle(unsigned order[static WAYS], unsigned ways)
{
	for (unsigned i = 0; i < ways; i++)
		order[i] = i;
	for (unsigned i = ways - 1; i > 0; i--) {
		const unsigned other = (unsigned)random() % (i + 1);
		const unsigned kept = order[i];
		order[i] = order[other];
		order[other] = kept;
	}
}

static void run_round(struct drive *drive, unsigned round)
{
	unsigned order[WAYS];

	shuffle(order, drive->ways);
	for (unsigned turn = 0; turn < drive->ways; turn++) {
		struct way *way = &drive->way[order[turn]];
		int64_t *took = cell(drive, round, order[turn]);
		for (unsigned i = 0; i < drive->block; i++)
			took[i] = login(way, drive->confdir);
	}
}

static void print(struct drive *drive)
{
	for (unsigned round = 0; round < drive->rounds; round++)
		for (unsigned way = 0; way < drive->ways; way++)
			for (unsigned i = 0; i < drive->block; i++)
				(void)printf("%s %" PRId64 "\n", drive->way[way].service,
					     cell(drive, round, way)[i]);
}

int main(int argc, char **argv)
{
	struct drive drive = { 0 };

	if (argc < 5 || argc > 4 + WAYS)
		errx(2, "usage: drive CONFDIR ROUNDS BLOCK SERVICE=ADDRESS[+STEP]...");
	drive.confdir = argv[1];
	drive.rounds = (unsigned)atoi(argv[2]);
	drive.block = (unsigned)atoi(argv[3]);
	drive.ways = (unsigned)argc - 4;
	for (unsigned way = 0; way < drive.ways; way++)
		way_parse(argv[4 + way], &drive.way[way]);
	drive.took = calloc((size_t)drive.rounds * drive.ways * drive.block,
			    sizeof(*drive.took));
	if (!drive.took)
		err(1, "no memory");
	for (unsigned round = 0; round < drive.rounds; round++)
		run_round(&drive, round);
	print(&drive);
	free(drive.took);
	return 0;
}
