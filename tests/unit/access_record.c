/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/access_record.h"

#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct map_bytes bytes_of(const char *text)
{
	return (struct map_bytes){ .data = text, .size = strlen(text) };
}

static struct client_address client_of(const char *text)
{
	struct client_address client;

	assert_int_equal(client_address_parse(text, &client), 0);
	return client;
}

static const struct {
	const char *label;
	struct record_form form;
	const char *client;
	const char *want[12]; /* the walk; the first one, with the tag, is the key */
} walk_cases[] = {
	{ "sendmail",
	  { MTA_SENDMAIL, "RELAY", "", 128, false },
	  "192.0.2.1",
	  { "192.0.2.1", "192.0.2", "192.0", "192" } },
	{ "sendmail, IPv6",
	  { MTA_SENDMAIL, "RELAY", "", 128, false },
	  "2001:db8::1",
	  { "ipv6:2001:db8:0:0:0:0:0:1", "ipv6:2001:db8:0:0:0:0:0",
	    "ipv6:2001:db8:0:0:0:0", "ipv6:2001:db8:0:0:0", "ipv6:2001:db8:0:0",
	    "ipv6:2001:db8:0", "ipv6:2001:db8", "ipv6:2001", "ipv6" } },
	{ "sendmail, a network of 64 bits",
	  { MTA_SENDMAIL, "RELAY", "", 64, false },
	  "2001:db8:1:0ab::",
	  { "ipv6:2001:db8:1:ab", "ipv6:2001:db8:1", "ipv6:2001:db8", "ipv6:2001",
	    "ipv6" } },
	{ "sendmail, 64 bits and IPv4",
	  { MTA_SENDMAIL, "RELAY", "", 64, false },
	  "10.0.0.255",
	  { "10.0.0.255", "10.0.0", "10.0", "10" } },
	{ "sendmail, tagged",
	  { MTA_SENDMAIL, "RELAY", "connect:", 128, false },
	  "192.0.2.1",
	  { "192.0.2.1", "192.0.2", "192.0", "192" } },
	{ "postfix",
	  { MTA_POSTFIX, "OK", "", 128, false },
	  "192.0.2.1",
	  { "192.0.2.1", "192.0.2", "192.0", "192" } },
	{ "postfix, IPv6: cut at each colon",
	  { MTA_POSTFIX, "OK", "", 128, false },
	  "2001:db8::1",
	  { "2001:db8::1", "2001:db8:", "2001:db8", "2001" } },
	{ "sendmail, compressed",
	  { MTA_SENDMAIL, "RELAY", "", 128, true },
	  "2001:db8::1:78",
	  { "ipv6:2001:db8::1:78", "ipv6:2001:db8::1", "ipv6:2001:db8", "ipv6:2001",
	    "ipv6" } },
	{ "sendmail, compressed, IPv4 all the same",
	  { MTA_SENDMAIL, "RELAY", "connect:", 128, true },
	  "192.0.2.1",
	  { "192.0.2.1", "192.0.2", "192.0", "192" } },
	{ "sendmail, compressed, nothing behind",
	  { MTA_SENDMAIL, "RELAY", "connect:", 128, true },
	  "2001:db8::",
	  { "ipv6:2001:db8::", "ipv6:2001:db8", "ipv6:2001", "ipv6" } },
	{ "postfix, eight groups",
	  { MTA_POSTFIX, "OK", "", 128, false },
	  "1:2:3:4:5:6:7:8",
	  { "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6", "1:2:3:4:5", "1:2:3:4",
	    "1:2:3", "1:2", "1" } },
	{ "exim: the address alone",
	  { MTA_EXIM, "RELAY", "", 128, false },
	  "192.0.2.1",
	  { "192.0.2.1" } },
	{ "exim, IPv6: four digits, dots",
	  { MTA_EXIM, "RELAY", "", 128, false },
	  "2001:db8::1",
	  { "2001.0db8.0000.0000.0000.0000.0000.0001" } },
};

static void the_walk_is_the_mail_servers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(walk_cases); i++) {
		const struct client_address client = client_of(walk_cases[i].client);
		const char *label = walk_cases[i].label;
		char key[RECORD_KEY];
		unsigned step = 0;

		for (; record_walk(&walk_cases[i].form, &client, step, key); step++)
			check_text(label, key, walk_cases[i].want[step]);
		check_text(label, walk_cases[i].want[step], NULL);
	}
}

static void the_key_is_the_first_step_with_the_tag(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(walk_cases); i++) {
		const struct client_address client = client_of(walk_cases[i].client);
		char key[RECORD_KEY], want[RECORD_KEY];

		record_key(&walk_cases[i].form, &client, key);
		(void)snprintf(want, sizeof(want), "%s%s", walk_cases[i].form.key_tag,
			       walk_cases[i].want[0]);
		check_text(walk_cases[i].label, key, want);
	}
}

static const struct {
	const char *label, *key, *value;
	const char *want_client; /* NULL: no marker */
	const char *want_key, *want_value;
} marker_cases[] = {
	{ "ours", "SAP:192.0.2.1", "DUNNO pam_sap 192.0.2.1 RELAY", "192.0.2.1",
	  "192.0.2.1", "RELAY" },
	{ "folded by makemap", "sap:192.0.2.1", "DUNNO pam_sap 192.0.2.1 RELAY",
	  "192.0.2.1", "192.0.2.1", "RELAY" },
	{ "folded with its value", "sap:192.0.2.1", "dunno PAM_SAP 192.0.2.1 RELAY",
	  "192.0.2.1", "192.0.2.1", "RELAY" },
	{ "IPv6", "SAP:2001:db8::1", "DUNNO pam_sap ipv6:2001:db8:0:0:0:0:0:1 RELAY",
	  "2001:db8::1", "ipv6:2001:db8:0:0:0:0:0:1", "RELAY" },
	{ "tagged", "SAP:192.0.2.1", "DUNNO pam_sap connect:192.0.2.1 RELAY", "192.0.2.1",
	  "connect:192.0.2.1", "RELAY" },
	{ "value with blanks", "SAP:192.0.2.1", "DUNNO pam_sap 192.0.2.1 550 not you",
	  "192.0.2.1", "192.0.2.1", "550 not you" },
	{ "no value told", "SAP:192.0.2.1", "DUNNO pam_sap 192.0.2.1", "192.0.2.1",
	  "192.0.2.1", "" },
	{ "edited", "SAP:192.0.2.1", "whatever", "192.0.2.1", "", "" },
	{ "emptied", "SAP:192.0.2.1", "", "192.0.2.1", "", "" },
	{ "folded by halves: nobody looks that up", "Sap:192.0.2.1",
	  "DUNNO pam_sap 192.0.2.1 RELAY", NULL, NULL, NULL },
	{ "another spelling of the address", "SAP:2001:db8:0:0::1",
	  "DUNNO pam_sap 2001:db8::1 OK", NULL, NULL, NULL },
	{ "a record", "192.0.2.1", "RELAY", NULL, NULL, NULL },
	{ "no address", "SAP:example.org", "DUNNO pam_sap x RELAY", NULL, NULL, NULL },
	{ "nothing behind", "SAP:", "DUNNO pam_sap x RELAY", NULL, NULL, NULL },
	{ "another tag", "Connect:192.0.2.1", "RELAY", NULL, NULL, NULL },
	{ "shorter", "SA", "", NULL, NULL, NULL },
	{ "empty", "", "", NULL, NULL, NULL },
};

static void markers_are_recognised(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(marker_cases); i++) {
		const char *label = marker_cases[i].label;
		const struct map_entry entry = { bytes_of(marker_cases[i].key),
						 bytes_of(marker_cases[i].value) };
		struct record_marker got = { .key = "untouched" };

		check_int(label, record_is_marker(&entry, &got),
			  marker_cases[i].want_client != NULL);
		if (!marker_cases[i].want_client) {
			check_text(label, got.key, "untouched");
			continue;
		}
		check_text(label, got.client.text, marker_cases[i].want_client);
		check_text(label, got.key, marker_cases[i].want_key);
		check_text(label, got.value, marker_cases[i].want_value);
	}
}

static void a_marker_of_any_bytes_is_survived(void **state)
{
	char bytes[2 * RECORD_KEY];
	struct record_marker got;

	(void)state;
	memset(bytes, '1', sizeof(bytes));
	memcpy(bytes, "SAP:", 4);
	const struct map_entry longer = { { bytes, sizeof(bytes) }, { bytes, 0 } };
	check_false("long key", record_is_marker(&longer, &got));
	const struct map_entry cut = { { "SAP:192.0.2.1\0x", 15 }, { "", 0 } };
	check_false("NUL in the key", record_is_marker(&cut, &got));
	memcpy(bytes, "DUNNO pam_sap ", 14);
	const struct map_entry value = { { "SAP:192.0.2.1", 13 },
					 { bytes, sizeof(bytes) } };
	check_true("long value", record_is_marker(&value, &got));
	check_text("long value", got.key, "");
}

/* Even the longest key and value that the settings allow. */
static void what_is_written_is_read(void **state)
{
	static const struct {
		const char *label;
		struct record_form form;
		const char *client;
	} cases[] = {
		{ "sendmail", { MTA_SENDMAIL, "RELAY", "", 128, false }, "192.0.2.1" },
		{ "longest",
		  { MTA_SENDMAIL,
		    "550 a value of sixty-three characters, as many as are allowed.",
		    "a_tag_of_thirty_one_characters:", 128, false },
		  "1111:2222:3333:4444:5555:6666:7777:8888" },
		{ "exim", { MTA_EXIM, "YES", "", 128, false }, "2001:db8::1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct client_address client = client_of(cases[i].client);
		char key[RECORD_KEY], marker[RECORD_KEY], value[RECORD_KEY];
		struct record_marker got;

		record_key(&cases[i].form, &client, key);
		record_marker_key(&client, marker);
		record_marker_value(key, cases[i].form.value, value);
		check_int(cases[i].label, strncmp(marker, "SAP:", 4), 0);
		const struct map_entry entry = { bytes_of(marker), bytes_of(value) };
		check_true(cases[i].label, record_is_marker(&entry, &got));
		check_true(cases[i].label, client_address_equal(&got.client, &client));
		check_text(cases[i].label, got.key, key);
		check_text(cases[i].label, got.value, cases[i].form.value);
	}
}

enum { G = EFFECT_GRANTS, R = EFFECT_REFUSES, N = EFFECT_NEITHER };

static const struct {
	const char *value;
	int sendmail, postfix;
} effect_cases[] = {
	{ "RELAY", G, G },
	{ "relay", G, G },
	{ "RELAYX", N, N },
	{ "OK", N, G },
	{ "ok", N, G },
	{ "1795521707", N, G },
	{ "REJECT", R, R },
	{ "reject go away", R, R },
	{ "DISCARD", R, R },
	{ "ERROR:5.7.1:550 no", R, N },
	{ "ERROR:\"450 later\"", R, N },
	{ "DEFER", N, R },
	{ "DEFER_IF_PERMIT x", N, R },
	{ "550 no", R, R },
	{ "450 later", R, R },
	{ "DUNNO", N, N },
	{ "SKIP", N, N },
	{ "HOLD", N, N },
	{ "", N, N },
};

static void values_grant_or_refuse(void **state)
{
	const struct record_form sendmail = { .mta = MTA_SENDMAIL };
	const struct record_form postfix = { .mta = MTA_POSTFIX };
	const struct record_form exim = { .mta = MTA_EXIM };

	(void)state;
	for (size_t i = 0; i < COUNT(effect_cases); i++) {
		const struct map_bytes value = bytes_of(effect_cases[i].value);

		check_int(effect_cases[i].value, record_effect_of(&sendmail, value),
			  effect_cases[i].sendmail);
		check_int(effect_cases[i].value, record_effect_of(&postfix, value),
			  effect_cases[i].postfix);
		check_int(effect_cases[i].value, record_effect_of(&exim, value), G);
	}
}

static void a_marker_grants_nothing(void **state)
{
	const struct record_form postfix = { .mta = MTA_POSTFIX };
	const struct record_form sendmail = { .mta = MTA_SENDMAIL };
	char value[RECORD_KEY];

	(void)state;
	record_marker_value("192.0.2.1", "RELAY", value);
	check_int(value, record_effect_of(&postfix, bytes_of(value)), N);
	check_int(value, record_effect_of(&sendmail, bytes_of(value)), N);
}

static void presets_have_names(void **state)
{
	(void)state;
	check_int("sendmail", mta_by_name("sendmail"), MTA_SENDMAIL);
	check_int("postfix", mta_by_name("postfix"), MTA_POSTFIX);
	check_int("exim", mta_by_name("exim"), MTA_EXIM);
	check_int("other", mta_by_name("qmail"), -EINVAL);
	check_true("postfix", mta_preset_of(MTA_POSTFIX)->nul);
	check_text("postfix", mta_preset_of(MTA_POSTFIX)->value, "OK");
	check_false("exim", mta_preset_of(MTA_EXIM)->nul);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_walk_is_the_mail_servers),
		cmocka_unit_test(the_key_is_the_first_step_with_the_tag),
		cmocka_unit_test(markers_are_recognised),
		cmocka_unit_test(a_marker_of_any_bytes_is_survived),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(values_grant_or_refuse),
		cmocka_unit_test(a_marker_grants_nothing),
		cmocka_unit_test(presets_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
