/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table that somebody else wrote, and one client: whose word is it, and what is changed
 * when the client is let in and shut out.
 *
 *	one byte of form, the client, then key and value again and again, each with a NUL
 *
 * Static records stay as they are, byte for byte; what was opened is closed; doing
 * either twice is doing it once.
 */
#include "fuzz.h"

#include "fake_table.h"

#include "core/table_change.h"
#include "core/table_marker.h"

#include <stdio.h>
#include <string.h>

/* What settings_complete() lets pass. */
static struct record_form form_of(unsigned bits)
{
	static const char *const values[] = { "RELAY", "OK", "OK for a while" };
	struct record_form form = { .mta = (enum mta)(bits % 3),
				    .value = values[bits / 3 % 3],
				    .key_tag = "",
				    .ipv6_prefix = 128 };

	if (form.mta == MTA_SENDMAIL) {
		form.key_tag = bits & 0x20 ? "connect:" : "";
		form.ipv6_prefix = bits & 0x40 ? 64 : 128;
		form.ipv6_compressed = (bits & 0xc0) == 0x80;
	}
	return form;
}

static struct map_bytes bytes_of(const char *text)
{
	return (struct map_bytes){ text, strlen(text) };
}

static void fill(struct map *map, struct fuzz_input *input)
{
	char key[FUZZ_TEXT], value[FUZZ_TEXT];

	while (input->left > 0) {
		(void)fuzz_text(input, key);
		(void)fuzz_text(input, value);
		/* Room for ours. */
		if (map->count < FAKE_RECORDS - 2)
			fake_table_add(map, bytes_of(key), bytes_of(value));
	}
}

static bool has(const struct map *map, const struct fake_record *wanted)
{
	for (size_t i = 0; i < map->count; i++)
		if (map->record[i].key.size == wanted->key.size &&
		    memcmp(map->record[i].key.bytes, wanted->key.bytes,
			   wanted->key.size) == 0 &&
		    map->record[i].value.size == wanted->value.size &&
		    memcmp(map->record[i].value.bytes, wanted->value.bytes,
			   wanted->value.size) == 0)
			return true;
	return false;
}

static struct map_entry entry_of(const struct fake_record *record)
{
	return (struct map_entry){ { record->key.bytes, record->key.size },
				   { record->value.bytes, record->value.size } };
}

/* Of this client: one of its markers, or a record that one of them names. */
static bool is_ours(const struct map *map, const struct record_form *form,
		    const struct client_address *client, const struct fake_record *record)
{
	const struct map_entry wanted = entry_of(record);
	char key[RECORD_KEY];

	for (size_t i = 0; i < map->count; i++) {
		const struct map_entry entry = entry_of(&map->record[i]);
		struct record_marker marker;

		if (!record_is_marker(&entry, &marker) ||
		    !client_address_equal(&marker.client, client))
			continue;
		if (record == &map->record[i])
			return true;
		record_key(form, client, key);
		const char *named = marker.key[0] ? marker.key : key;
		if (map_bytes_equal(wanted.key, named) &&
		    table_marker_owns(&marker, form, named, wanted.value))
			return true;
	}
	return false;
}

static void check_static(const struct map *before, const struct map *after,
			 const struct record_form *form,
			 const struct client_address *client)
{
	for (size_t i = 0; i < before->count; i++)
		must(has(after, &before->record[i]) ||
		     is_ours(before, form, client, &before->record[i]));
}

/* A marker that we write is read as what it was made of. */
static void check_marker(const struct record_form *form,
			 const struct client_address *client)
{
	char key[RECORD_KEY], name[RECORD_KEY], value[RECORD_KEY];
	struct record_marker marker;

	record_key(form, client, key);
	record_marker_key(client, name);
	record_marker_value(key, form->value, value);
	const struct map_entry entry = { bytes_of(name), bytes_of(value) };
	must(record_is_marker(&entry, &marker));
	must(client_address_equal(&marker.client, client));
	must(strcmp(marker.key, key) == 0 && strcmp(marker.value, form->value) == 0);
	must(table_marker_owns(&marker, form, key, bytes_of(form->value)));
	must(record_effect_of(form, bytes_of(value)) != EFFECT_GRANTS ||
	     form->mta == MTA_EXIM);
}

/* As a reconcile does first: what was written by other settings goes. */
static void close_others(struct map *map, const struct record_form *form,
			 const struct client_address *client)
{
	const struct table table = { &fake_backend, map };
	char key[RECORD_KEY];

	record_key(form, client, key);
	for (size_t i = 0; i < map->count; i++) {
		const struct map_entry entry = entry_of(&map->record[i]);
		struct record_marker marker;

		if (record_is_marker(&entry, &marker) &&
		    client_address_equal(&marker.client, client) &&
		    ((marker.key[0] && strcmp(marker.key, key) != 0) ||
		     (marker.value[0] && strcmp(marker.value, form->value) != 0))) {
			must(table_close_client(&table, form, client, NULL) == 1);
			return;
		}
	}
}

/* The administrator's record on the very key that ours would need has his word. */
static void check_word(const struct map *map, const struct record_form *form,
		       const struct client_address *client, enum verdict_word word)
{
	char key[RECORD_KEY], tagged[RECORD_KEY + 16];

	record_key(form, client, key);
	(void)snprintf(tagged, sizeof(tagged), "connect:%s", key);
	const struct fake_record *record = fake_table_find(map, key);
	if (!record || is_ours(map, form, client, record) || fake_table_find(map, tagged))
		return;
	const enum record_effect effect = record_effect_of(form, entry_of(record).value);
	must(word == (effect == EFFECT_GRANTS ? VERDICT_GRANTED : VERDICT_REFUSED));
}

static void check_open(struct map *map, const struct record_form *form,
		       const struct client_address *client)
{
	const struct table table = { &fake_backend, map };
	struct verdict first, second;
	char key[RECORD_KEY];

	const struct map before = *map;
	const int changed = table_open_client(&table, form, client, &first, NULL);
	check_word(&before, form, client, first.word);
	must(changed == 0 || changed == 1);
	must(table_open_client(&table, form, client, &second, NULL) == 0);
	must(first.word == second.word);
	record_key(form, client, key);
	const struct fake_record *record = fake_table_find(map, key);
	if (first.word == VERDICT_FREE) {
		must(record && second.ours);
		must(is_ours(map, form, client, record));
	} else {
		must(first.key[0] != '\0' && !second.ours);
		must(!record || !is_ours(map, form, client, record));
	}
}

static void check_close(struct map *map, const struct record_form *form,
			const struct client_address *client)
{
	const struct table table = { &fake_backend, map };
	struct record_marker marker;

	const int changed = table_close_client(&table, form, client, NULL);
	must(changed == 0 || changed == 1);
	must(table_close_client(&table, form, client, NULL) == 0);
	must(table_marker(&table, client, &marker, NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	const struct record_form form = form_of(fuzz_byte(&input));
	struct map table = { .count = 0 }, before;
	struct client_address client;
	char text[FUZZ_TEXT];

	if (client_address_parse(fuzz_text(&input, text), &client) < 0)
		must(client_address_parse("192.0.2.7", &client) == 0);
	client_address_mask_ipv6(&client, form.ipv6_prefix);
	fill(&table, &input);
	check_marker(&form, &client);
	before = table;
	close_others(&table, &form, &client);
	check_open(&table, &form, &client);
	check_static(&before, &table, &form, &client);
	before = table;
	check_close(&table, &form, &client);
	check_static(&before, &table, &form, &client);
	return 0;
}
