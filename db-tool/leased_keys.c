/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/leased_keys.h"

#include "base/why.h"
#include "core/access_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct leased_key {
	const char *key;
	struct client_address client; /* the text "" = no lease's */
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct leased_key *)a)->key,
		      ((const struct leased_key *)b)->key);
}

static struct leased_key *find(const struct leased_keys *keys, const char *key)
{
	const struct leased_key wanted = { .key = key };

	return bsearch(&wanted, keys->key, keys->count, sizeof(wanted), compare);
}

static int list(char **keys, size_t step, struct leased_keys *ret, struct why *why)
{
	*ret = (struct leased_keys){ 0 };
	for (char **key = keys; *key; key += step)
		ret->count++;
	ret->key = calloc(ret->count + 1, sizeof(*ret->key));
	if (!ret->key)
		return why_say(why, -ENOMEM, "out of memory");
	for (size_t i = 0; i < ret->count; i++)
		ret->key[i].key = keys[i * step];
	/* The same key twice is one. */
	qsort(ret->key, ret->count, sizeof(*ret->key), compare);
	size_t kept = 0;
	for (size_t i = 0; i < ret->count; i++)
		if (kept == 0 || compare(&ret->key[kept - 1], &ret->key[i]) != 0)
			ret->key[kept++] = ret->key[i];
	ret->count = kept;
	return 0;
}

int leased_keys_find(const struct table *table, char **keys, size_t step,
		     struct leased_keys *ret, struct why *why)
{
	struct record_marker marker;
	struct map_entry entry;

	int found = list(keys, step, ret, why);
	if (found < 0)
		return found;
	while ((found = table->backend->next(table->map, &entry, why)) > 0) {
		struct leased_key *leased = NULL;
		if (entry.key.size < RECORD_KEY && record_is_marker(&entry, &marker))
			leased = find(ret, marker.key);
		if (leased)
			leased->client = marker.client;
	}
	return found;
}

const struct client_address *leased_keys_client(const struct leased_keys *keys,
						const char *key)
{
	const struct leased_key *leased = find(keys, key);

	return leased && leased->client.text[0] ? &leased->client : NULL;
}

void leased_keys_free(struct leased_keys *keys)
{
	free(keys->key);
	*keys = (struct leased_keys){ 0 };
}
