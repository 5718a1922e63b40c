/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listing_loaded - peer A's listing without PAM, loaded for each call
 *
 * Loads listing_1999.so, and libdb with it, calls it and unloads it, as PAM does with a
 * module. The first touch of each of libdb's pages is dear, and falls into the call: so
 * this, and not the listing linked once, is what A may cost.
 *
 * The environment names the places: LISTING_OBJECT, LISTING_TABLE, LISTING_STAMPS.
 */
#pragma once

#include <stdint.h>

/* Nanoseconds. Ends the program when it fails. */
int64_t listing_loaded(const char *address);
