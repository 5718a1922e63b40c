/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listing_1999 - peer A: what the POP3 daemon patched in 1999 did at every login
 *
 * The algorithm of that patch in the calls of libdb 5.3, with nothing added and nothing
 * left out: open the table for writing, lock it (exclusive, waiting), put the record in
 * place, make an empty file named by the address whose time tells the clean-up when,
 * one line of log, unlock, close.
 */
#pragma once

struct listing_1999 {
	const char *table;
	const char *stamps; /* the folder of the empty files */
};

/* 0, or -1: one line of log says what failed. */
int listing_1999(const struct listing_1999 *listing, const char *address,
		 const char *user);
