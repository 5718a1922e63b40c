/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/access_record.h"

#include "base/ascii.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MARKER "SAP:"
#define FOLDED_MARKER "sap:"
#define MARKER_VALUE "DUNNO pam_sap "

static const struct mta_preset presets[] = {
	[MTA_SENDMAIL] = { "sendmail", "hash:/etc/mail/access.db", "RELAY", false, true },
	[MTA_POSTFIX] = { "postfix", "lmdb:" STATE_DIR "/map/relay.lmdb", "OK", true,
			  false },
	[MTA_EXIM] = { "exim", "hash:" STATE_DIR "/map/relay.db", "RELAY", false, false },
};

int mta_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++)
		if (strcmp(presets[i].name, name) == 0)
			return (int)i;
	return -EINVAL;
}

const struct mta_preset *mta_preset_of(enum mta mta)
{
	return &presets[mta];
}

/* The first `groups` of eight, each printed by `format`, `between` them. */
static void print_groups(const unsigned char *bytes, unsigned groups, const char *before,
			 bool dotted, char key[static RECORD_KEY])
{
	int used = snprintf(key, RECORD_KEY, "%s", before);

	for (unsigned i = 0; i < groups; i++) {
		const unsigned group = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
		used += snprintf(key + used, RECORD_KEY - (size_t)used,
				 dotted ? "%s%04x" : "%s%x",
				 i == 0	  ? ""
				 : dotted ? "."
					  : ":",
				 group);
	}
}

/* The first `count` of an IPv4 address's numbers; 4 = the address. */
static void print_numbers(const struct client_address *client, unsigned count,
			  char key[static RECORD_KEY])
{
	int used = 0;

	for (unsigned i = 0; i < count; i++)
		used += snprintf(key + used, RECORD_KEY - (size_t)used,
				 i == 0 ? "%u" : ".%u", client->bytes[i]);
}

/* proto.m4 cuts at the last "::" or ":" that has one word behind it. */
static bool walk_compressed(const struct client_address *client, unsigned step,
			    char key[static RECORD_KEY])
{
	(void)snprintf(key, RECORD_KEY, "ipv6:%s", client->text);
	for (unsigned i = 0; i < step; i++) {
		char *end = strrchr(key, ':');
		if (!end)
			return false;
		while (end > key && end[-1] == ':')
			end--;
		*end = '\0';
	}
	return true;
}

static bool walk_sendmail(const struct record_form *form,
			  const struct client_address *client, unsigned step,
			  char key[static RECORD_KEY])
{
	if (client->family == AF_INET) {
		if (step >= 4)
			return false;
		print_numbers(client, 4 - step, key);
		return true;
	}
	if (form->ipv6_compressed)
		return walk_compressed(client, step, key);
	const unsigned groups = form->ipv6_prefix / 16;
	if (step > groups)
		return false;
	/* Behind the last group it asks for "ipv6" alone. */
	print_groups(client->bytes, groups - step, step < groups ? "ipv6:" : "ipv6",
		     false, key);
	return true;
}

/* Postfix cuts the printed address at its last colon, again and again. */
static bool walk_postfix(const struct client_address *client, unsigned step,
			 char key[static RECORD_KEY])
{
	const char separator = client->family == AF_INET ? '.' : ':';

	(void)snprintf(key, RECORD_KEY, "%s", client->text);
	for (unsigned i = 0; i < step; i++) {
		char *last = strrchr(key, separator);
		if (!last)
			return false;
		*last = '\0';
	}
	return key[0] != '\0';
}

/* A host list knows the address itself, and nothing around it. */
static bool walk_exim(const struct client_address *client, unsigned step,
		      char key[static RECORD_KEY])
{
	if (step > 0)
		return false;
	if (client->family == AF_INET)
		print_numbers(client, 4, key);
	else
		print_groups(client->bytes, 8, "", true, key);
	return true;
}

bool record_walk(const struct record_form *form, const struct client_address *client,
		 unsigned step, char key[static RECORD_KEY])
{
	switch (form->mta) {
	case MTA_SENDMAIL:
		return walk_sendmail(form, client, step, key);
	case MTA_POSTFIX:
		return walk_postfix(client, step, key);
	case MTA_EXIM:
		return walk_exim(client, step, key);
	}
	return false;
}

void record_key(const struct record_form *form, const struct client_address *client,
		char key[static RECORD_KEY])
{
	char bare[RECORD_KEY];

	(void)record_walk(form, client, 0, bare);
	if ((size_t)snprintf(key, RECORD_KEY, "%s", form->key_tag) < RECORD_KEY)
		strncat(key, bare, RECORD_KEY - strlen(key) - 1);
}

void record_marker_key(const struct client_address *client, char key[static RECORD_KEY])
{
	(void)snprintf(key, RECORD_KEY, MARKER "%s", client->text);
}

void record_marker_value(const char *key, const char *record_value,
			 char value[static RECORD_KEY])
{
	(void)snprintf(value, RECORD_KEY, MARKER_VALUE "%.90s %.80s", key, record_value);
}

/* `bytes` behind `before`, as text; false when it begins otherwise or is too long. */
static bool text_behind(struct map_bytes bytes, const char *before,
			char text[static RECORD_KEY])
{
	const size_t skip = strlen(before);

	text[0] = '\0';
	if (bytes.size < skip || !ascii_begins(bytes.data, before))
		return false;
	const size_t length = bytes.size - skip;
	if (length >= RECORD_KEY)
		return false;
	memcpy(text, (const char *)bytes.data + skip, length);
	text[length] = '\0';
	return strlen(text) == length;
}

bool record_is_marker(const struct map_entry *entry, struct record_marker *ret)
{
	struct record_marker marker = { 0 };
	char address[RECORD_KEY], what[RECORD_KEY];

	/* As it is looked up: what no look-up finds could never be removed. */
	if (!text_behind(entry->key, MARKER, address) ||
	    (memcmp(entry->key.data, MARKER, strlen(MARKER)) != 0 &&
	     memcmp(entry->key.data, FOLDED_MARKER, strlen(MARKER)) != 0) ||
	    client_address_parse(address, &marker.client) < 0 ||
	    strcmp(address, marker.client.text) != 0)
		return false;
	if (text_behind(entry->value, MARKER_VALUE, what)) {
		char *value = what;
		const char *key = strsep(&value, " ");
		(void)snprintf(marker.key, sizeof(marker.key), "%s", key);
		(void)snprintf(marker.value, sizeof(marker.value), "%s",
			       value ? value : "");
	}
	*ret = marker;
	return true;
}

static bool only_digits(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (ascii_begins(text, *words))
			return true;
	return false;
}

/* access_db: RELAY alone lets relay. 4xx and 5xx texts, and these words, refuse. */
static enum record_effect sendmail_effect(const char *value)
{
	static const char *const refusing[] = { "REJECT", "DISCARD", "ERROR", NULL };

	if (ascii_equal(value, "RELAY"))
		return EFFECT_GRANTS;
	if (is_one_of(value, refusing) || value[0] == '4' || value[0] == '5')
		return EFFECT_REFUSES;
	return EFFECT_NEITHER;
}

/* access(5): OK, RELAY and numbers permit; "4nn text", "5nn text" and these refuse. */
static enum record_effect postfix_effect(const char *value)
{
	static const char *const refusing[] = { "REJECT", "DEFER", "DISCARD", NULL };

	if (ascii_equal(value, "OK") || ascii_equal(value, "RELAY") || only_digits(value))
		return EFFECT_GRANTS;
	if (is_one_of(value, refusing) || value[0] == '4' || value[0] == '5')
		return EFFECT_REFUSES;
	return EFFECT_NEITHER;
}

enum record_effect record_effect_of(const struct record_form *form,
				    struct map_bytes value)
{
	char text[RECORD_KEY];
	const size_t length = value.size < sizeof(text) ? value.size : sizeof(text) - 1;

	memcpy(text, value.data, length);
	text[length] = '\0';
	switch (form->mta) {
	case MTA_SENDMAIL:
		return sendmail_effect(text);
	case MTA_POSTFIX:
		return postfix_effect(text);
	case MTA_EXIM:
		return EFFECT_GRANTS; /* any record of a host list does */
	}
	return EFFECT_NEITHER;
}
