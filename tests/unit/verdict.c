/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/verdict.h"

#include "site.h"

#include "map/map_backend.h"

#define US4 "192.0.2.7", "RELAY"
#define MARK4 "SAP:192.0.2.7", "DUNNO pam_sap 192.0.2.7 RELAY"
#define KEY6 "ipv6:2001:db8:0:0:0:0:0:1"

enum { FREE = VERDICT_FREE, GRANTED = VERDICT_GRANTED, REFUSED = VERDICT_REFUSED };

struct verdict_case {
	const char *label, *client;
	struct pair records[4];
	int want;
	bool want_ours;
	const char *want_key;
};

static const struct verdict_case sendmail_cases[] = {
	{ "nothing there", "192.0.2.7", { { NULL, NULL } }, FREE, false, "" },
	{ "others", "192.0.2.7", { { "192.0.2.70", "REJECT" } }, FREE, false, "" },
	{ "ours", "192.0.2.7", { { US4 }, { MARK4 } }, FREE, true, "" },
	{ "ours, folded marker",
	  "192.0.2.7",
	  { { US4 }, { "sap:192.0.2.7", "DUNNO pam_sap 192.0.2.7 RELAY" } },
	  FREE,
	  true,
	  "" },
	{ "ours of another value",
	  "192.0.2.7",
	  { { "192.0.2.7", "OK" }, { "SAP:192.0.2.7", "DUNNO pam_sap 192.0.2.7 OK" } },
	  FREE,
	  true,
	  "" },
	{ "marker alone", "192.0.2.7", { { MARK4 } }, FREE, false, "" },
	{ "static RELAY", "192.0.2.7", { { US4 } }, GRANTED, false, "192.0.2.7" },
	{ "another's marker",
	  "192.0.2.7",
	  { { US4 }, { "SAP:192.0.2.8", "DUNNO pam_sap 192.0.2.8 RELAY" } },
	  GRANTED,
	  false,
	  "192.0.2.7" },
	{ "marker of another key",
	  "192.0.2.7",
	  { { US4 }, { "SAP:192.0.2.7", "DUNNO pam_sap connect:192.0.2.7 RELAY" } },
	  GRANTED,
	  false,
	  "192.0.2.7" },
	{ "static REJECT",
	  "192.0.2.7",
	  { { "192.0.2.7", "REJECT" } },
	  REFUSED,
	  false,
	  "192.0.2.7" },
	{ "ours replaced by REJECT",
	  "192.0.2.7",
	  { { "192.0.2.7", "REJECT" }, { MARK4 } },
	  REFUSED,
	  false,
	  "192.0.2.7" },
	{ "on our key, whatever it does",
	  "192.0.2.7",
	  { { "192.0.2.7", "OK" } },
	  REFUSED,
	  false,
	  "192.0.2.7" },
	{ "network refused",
	  "192.0.2.7",
	  { { "192.0.2", "550 no" } },
	  REFUSED,
	  false,
	  "192.0.2" },
	{ "far network refused",
	  "192.0.2.7",
	  { { "192", "ERROR:\"450 no\"" } },
	  REFUSED,
	  false,
	  "192" },
	{ "network granted",
	  "192.0.2.7",
	  { { "192.0.2", "RELAY" } },
	  GRANTED,
	  false,
	  "192.0.2" },
	{ "the nearer network decides",
	  "192.0.2.7",
	  { { "192.0.2", "RELAY" }, { "192.0", "REJECT" } },
	  GRANTED,
	  false,
	  "192.0.2" },
	{ "a hit that decides nothing ends the walk",
	  "192.0.2.7",
	  { { "192.0.2", "OK" }, { "192.0", "REJECT" } },
	  FREE,
	  false,
	  "" },
	{ "ours is looked through",
	  "192.0.2.7",
	  { { US4 }, { MARK4 }, { "192.0", "REJECT" } },
	  REFUSED,
	  true,
	  "192.0" },
	{ "connect: RELAY",
	  "192.0.2.7",
	  { { "connect:192.0.2.7", "RELAY" } },
	  GRANTED,
	  false,
	  "connect:192.0.2.7" },
	{ "connect: with any other value",
	  "192.0.2.7",
	  { { "connect:192.0.2.7", "OK" } },
	  REFUSED,
	  false,
	  "connect:192.0.2.7" },
	{ "connect: network",
	  "192.0.2.7",
	  { { "connect:192.0", "DUNNO" } },
	  REFUSED,
	  false,
	  "connect:192.0" },
	{ "the tagged key before the bare one",
	  "192.0.2.7",
	  { { "192.0.2", "RELAY" }, { "connect:192.0.2", "REJECT" } },
	  REFUSED,
	  false,
	  "connect:192.0.2" },
	{ "a nearer bare key before a tagged network",
	  "192.0.2.7",
	  { { "192.0.2", "RELAY" }, { "connect:192.0", "REJECT" } },
	  GRANTED,
	  false,
	  "192.0.2" },
	{ "IPv6, ours",
	  "2001:db8::1",
	  { { KEY6, "RELAY" }, { "SAP:2001:db8::1", "DUNNO pam_sap " KEY6 " RELAY" } },
	  FREE,
	  true,
	  "" },
	{ "IPv6 network",
	  "2001:db8::1",
	  { { "connect:ipv6:2001:db8", "REJECT" } },
	  REFUSED,
	  false,
	  "connect:ipv6:2001:db8" },
	{ "all of IPv6",
	  "2001:db8::1",
	  { { "connect:ipv6", "REJECT" } },
	  REFUSED,
	  false,
	  "connect:ipv6" },
};

static const struct verdict_case tagged_cases[] = {
	{ "ours",
	  "192.0.2.7",
	  { { "connect:192.0.2.7", "RELAY" },
	    { "SAP:192.0.2.7", "DUNNO pam_sap connect:192.0.2.7 RELAY" } },
	  FREE,
	  true,
	  "" },
	{ "his, on our key",
	  "192.0.2.7",
	  { { "connect:192.0.2.7", "RELAY" } },
	  GRANTED,
	  false,
	  "connect:192.0.2.7" },
	{ "refused by the bare key that ours would outrank",
	  "192.0.2.7",
	  { { "192.0.2.7", "REJECT" } },
	  REFUSED,
	  false,
	  "192.0.2.7" },
	{ "ours, and his bare key",
	  "192.0.2.7",
	  { { "connect:192.0.2.7", "RELAY" },
	    { "SAP:192.0.2.7", "DUNNO pam_sap connect:192.0.2.7 RELAY" },
	    { "192.0.2.7", "REJECT" } },
	  REFUSED,
	  true,
	  "192.0.2.7" },
};

static const struct verdict_case postfix_cases[] = {
	{ "digits grant",
	  "192.0.2.7",
	  { { "192.0.2.7", "1795521707" } },
	  GRANTED,
	  false,
	  "192.0.2.7" },
	{ "connect: is no key here",
	  "192.0.2.7",
	  { { "connect:192.0.2.7", "REJECT" } },
	  FREE,
	  false,
	  "" },
	{ "IPv6, cut at a colon",
	  "2001:db8::1",
	  { { "2001:db8:", "REJECT" } },
	  REFUSED,
	  false,
	  "2001:db8:" },
	{ "IPv6 network", "2001:db8::1", { { "2001", "OK" } }, GRANTED, false, "2001" },
};

static const struct verdict_case exim_cases[] = {
	{ "any value grants",
	  "192.0.2.7",
	  { { "192.0.2.7", "REJECT" } },
	  GRANTED,
	  false,
	  "192.0.2.7" },
	{ "networks are no keys here",
	  "192.0.2.7",
	  { { "192.0.2", "RELAY" } },
	  FREE,
	  false,
	  "" },
};

static void check_case(struct site *site, const struct record_form *form,
		       const struct verdict_case *one)
{
	const struct map_place place = { .path = site->settings.map_path, .note_fd = -1 };
	const struct client_address client = site_client(one->client);
	struct loaded_backend loaded = { 0 };
	struct table table;
	struct verdict got;

	site_table(site, one->records);
	assert_int_equal(
		map_backend_load("hash", site->settings.backend_dir, &loaded, NULL), 0);
	table.backend = loaded.backend;
	assert_int_equal(table.backend->open(&place, &table.map, NULL), 0);
	check_int(one->label, verdict_of(&table, form, &client, &got, NULL), 0);
	check_int(one->label, got.word, one->want);
	check_int(one->label, got.ours, one->want_ours);
	check_text(one->label, got.key, one->want_key);
	table.map = table.backend->close(table.map);
	map_backend_unload(&loaded);
}

static void check_cases(struct site *site, const struct record_form *form,
			const struct verdict_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_case(site, form, &cases[i]);
}

static void in_a_sendmail_table(void **state)
{
	const struct record_form form = { MTA_SENDMAIL, "RELAY", "", 128, false };

	check_cases(*state, &form, sendmail_cases, COUNT(sendmail_cases));
}

static void with_a_key_tag(void **state)
{
	const struct record_form form = { MTA_SENDMAIL, "RELAY", "connect:", 128, false };

	check_cases(*state, &form, tagged_cases, COUNT(tagged_cases));
}

static void in_a_postfix_table(void **state)
{
	const struct record_form form = { MTA_POSTFIX, "OK", "", 128, false };

	check_cases(*state, &form, postfix_cases, COUNT(postfix_cases));
}

static void in_an_exim_table(void **state)
{
	const struct record_form form = { MTA_EXIM, "RELAY", "", 128, false };

	check_cases(*state, &form, exim_cases, COUNT(exim_cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(in_a_sendmail_table),
		AT_SITE(with_a_key_tag),
		AT_SITE(in_a_postfix_table),
		AT_SITE(in_an_exim_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
