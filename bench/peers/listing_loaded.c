/* SPDX-License-Identifier: BSD-2-Clause */
#include "listing_loaded.h"

#include "../transaction.h"
#include "listing_1999.h"

#include <dlfcn.h>
#include <err.h>
#include <stdlib.h>

#define USER "horn"

typedef int listing_function(const struct listing_1999 *listing, const char *address,
			     const char *user);

static int load_and_call(const char *object, const struct listing_1999 *listing,
			 const char *address)
{
	void *loaded = dlopen(object, RTLD_NOW);

	if (!loaded)
		errx(1, "%s", dlerror());
	listing_function *call = (listing_function *)dlsym(loaded, "listing_1999");
	const int result = call ? call(listing, address, USER) : -1;
	(void)dlclose(loaded);
	return result;
}

int64_t listing_loaded(const char *address)
{
	const char *object = getenv("LISTING_OBJECT");
	const struct listing_1999 listing = { .table = getenv("LISTING_TABLE"),
					      .stamps = getenv("LISTING_STAMPS") };

	if (!object || !listing.table || !listing.stamps)
		errx(2, "the environment does not name the listing's places");
	const int64_t start = now_ns();
	const int result = load_and_call(object, &listing, address);
	const int64_t end = now_ns();
	if (result < 0)
		errx(1, "the listing failed for %s", address);
	return end - start;
}
