/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/table_difference.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "db-tool/lease_records.h"

#include <stdio.h>
#include <string.h>

/* What is found while a table is walked, which must not be changed then. */
struct stale {
	char *key, *was, *value;
};

static void stale_free(struct stale *stale)
{
	free(stale->key);
	free(stale->was);
	free(stale->value);
	*stale = (struct stale){ 0 };
}
#define cleanup_stale __attribute__((cleanup(stale_free)))

struct comparison {
	const struct two_tables *tables;
	const struct change_sink *sink;
	struct lease_records leases; /* of the table */
	struct lease_records dumped; /* of the other one */
	struct stale *stale;
	size_t count, room;
	struct difference found;
};

static void comparison_free(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->count; i++)
		stale_free(&comparison->stale[i]);
	free(comparison->stale);
	lease_records_free(&comparison->leases);
	lease_records_free(&comparison->dumped);
}
#define cleanup_comparison __attribute__((cleanup(comparison_free)))

static int no_memory(struct why *why)
{
	return why_say(why, -ENOMEM, "out of memory");
}

static char *copy_of(struct map_bytes bytes)
{
	return strndup(bytes.data ? bytes.data : "", bytes.size);
}

/* A key that is text: others no text can name, and no mail server looks them up. */
static bool is_text(struct map_bytes key)
{
	return key.size > 0 && !memchr(key.data, '\0', key.size);
}

/* 1 an administrator's record, with its key as text, the caller's; 0 another */
static int is_static(const struct map_entry *entry, const struct lease_records *leases,
		     char **ret_key)
{
	struct record_marker marker;

	if (!is_text(entry->key) || record_is_marker(entry, &marker))
		return 0;
	*ret_key = copy_of(entry->key);
	if (!*ret_key)
		return -ENOMEM;
	return !lease_records_have(leases, *ret_key, entry->value);
}

/* 1 the other table has this static record: its value, the caller's */
static int get_wanted(const struct comparison *comparison, const char *key,
		      char **ret_value, struct why *why)
{
	const struct table *wanted = comparison->tables->wanted;
	struct map_entry entry;

	const int found = wanted->backend->get(wanted->map, key, &entry, why);
	if (found <= 0 || lease_records_have(&comparison->dumped, key, entry.value))
		return found < 0 ? found : 0;
	*ret_value = copy_of(entry.value);
	return *ret_value ? 1 : no_memory(why);
}

/* Takes it: `stale` is empty then. */
static int remember(struct comparison *comparison, struct stale *stale)
{
	if (comparison->count == comparison->room) {
		const size_t room = comparison->room * 2 + 64;
		struct stale *more = reallocarray(comparison->stale, room, sizeof(*more));
		if (!more)
			return -ENOMEM;
		comparison->stale = more;
		comparison->room = room;
	}
	comparison->stale[comparison->count++] = *stale;
	*stale = (struct stale){ 0 };
	return 0;
}

/* A record of the table: is it one that goes, or gets another value? */
static int look_at_old(struct comparison *comparison, const struct map_entry *entry,
		       struct why *why)
{
	cleanup_stale struct stale stale = { 0 };

	const int kind = is_static(entry, &comparison->leases, &stale.key);
	if (kind <= 0)
		return kind < 0 ? no_memory(why) : 0;
	const int wanted = get_wanted(comparison, stale.key, &stale.value, why);
	if (wanted < 0)
		return wanted;
	if (wanted > 0 && map_bytes_equal(entry->value, stale.value))
		return 0;
	stale.was = copy_of(entry->value);
	return !stale.was || remember(comparison, &stale) < 0 ? no_memory(why) : 0;
}

/* A record of the other table: has the table one on its key? */
static int look_at_new(struct comparison *comparison, const struct map_entry *entry,
		       struct why *why)
{
	const struct table *table = comparison->tables->table;
	const struct lease_record *lease;
	struct map_entry there;
	cleanup_free char *key = NULL;
	cleanup_free char *value = NULL;

	int found = is_static(entry, &comparison->dumped, &key);
	if (found <= 0)
		return found < 0 ? no_memory(why) : 0;
	comparison->found.records++;
	value = copy_of(entry->value);
	if (!value)
		return no_memory(why);
	found = table ? table->backend->get(table->map, key, &there, why) : 0;
	if (found < 0)
		return found;
	lease = lease_records_get(&comparison->leases, key);
	if (found > 0 && !lease_records_have(&comparison->leases, key, there.value))
		return 0; /* the same, or changed as a stale one */
	comparison->found.added++;
	return comparison->sink->make(
		comparison->sink->context,
		&(struct record_change){ .key = key,
					 .value = value,
					 .lease = lease ? &lease->client : NULL },
		why);
}

static int walk(struct comparison *comparison, const struct table *table,
		int (*look)(struct comparison *, const struct map_entry *, struct why *),
		struct why *why)
{
	struct map_entry entry;
	int found;

	while ((found = table->backend->next(table->map, &entry, why)) > 0) {
		const int error = look(comparison, &entry, why);
		if (error < 0)
			return error;
	}
	return found;
}

static int make_stale(struct comparison *comparison, struct why *why)
{
	for (size_t i = 0; i < comparison->count; i++) {
		const struct stale *stale = &comparison->stale[i];
		const int error = comparison->sink->make(
			comparison->sink->context,
			&(struct record_change){ .key = stale->key,
						 .was = stale->was,
						 .value = stale->value },
			why);
		if (error < 0)
			return error;
		if (stale->value)
			comparison->found.changed++;
		else
			comparison->found.removed++;
	}
	return 0;
}

int table_difference(const struct two_tables *tables, const struct change_sink *sink,
		     struct difference *ret, struct why *why)
{
	cleanup_comparison struct comparison comparison = { .tables = tables,
							    .sink = sink };

	int error =
		lease_records_find(tables->wanted, tables->form, &comparison.dumped, why);
	if (error == 0 && tables->table)
		error = lease_records_find(tables->table, tables->form,
					   &comparison.leases, why);
	if (error == 0 && tables->table)
		error = walk(&comparison, tables->table, look_at_old, why);
	if (error == 0)
		error = make_stale(&comparison, why);
	if (error == 0)
		error = walk(&comparison, tables->wanted, look_at_new, why);
	*ret = comparison.found;
	return error;
}
