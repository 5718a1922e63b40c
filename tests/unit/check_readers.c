/* SPDX-License-Identifier: BSD-2-Clause */
/* The small readers of sapdb check: restrictions, sendmail.cf, saslauthd, systemctl. */
#include "check.h"

#include "db-tool/check/restrictions.h"
#include "db-tool/check/saslauthd_options.h"
#include "db-tool/check/sendmail_cf.h"
#include "db-tool/check/unit_state.h"

#include <stdio.h>
#include <string.h>

#define TABLE "lmdb:/var/lib/pam_sap/map/relay"

static const struct {
	const char *label, *list;
	enum table_use want;
} uses[] = {
	{ "nothing", "", USE_NONE },
	{ "the guide's",
	  "permit_mynetworks permit_sasl_authenticated check_client_access " TABLE
	  " defer_unauth_destination",
	  USE_IN_TIME },
	{ "commas", "permit_mynetworks,check_client_access " TABLE ",reject",
	  USE_IN_TIME },
	{ "commas and blanks", "a, check_client_access  " TABLE " , reject",
	  USE_IN_TIME },
	{ "braces", "{ check_client_access " TABLE " } reject", USE_IN_TIME },
	{ "behind the refusal", "reject_unauth_destination, check_client_access " TABLE,
	  USE_LATE },
	{ "another table", "check_client_access " TABLE "2 reject", USE_NONE },
	{ "another type", "check_client_access hash:/var/lib/pam_sap/map/relay",
	  USE_NONE },
	{ "proxied", "check_client_access proxy:" TABLE " reject", USE_PROXY },
	{ "said in HELO", "check_helo_access " TABLE, USE_SAID },
	{ "said by the sender, too",
	  "check_sender_access " TABLE " check_client_access " TABLE, USE_SAID },
	{ "the client's, then said",
	  "check_client_access " TABLE " check_sender_access " TABLE, USE_SAID },
	{ "twice, late first", "reject check_client_access " TABLE, USE_LATE },
	{ "the table alone", TABLE, USE_NONE },
};

static void restrictions_are_understood(void **state)
{
	char list[512];

	(void)state;
	for (size_t i = 0; i < COUNT(uses); i++) {
		(void)snprintf(list, sizeof(list), "%s", uses[i].list);
		check_int(uses[i].label, restrictions_use(list, TABLE), uses[i].want);
	}
}

static void refusals_are_found(void **state)
{
	static const struct {
		const char *list;
		bool want;
	} rows[] = {
		{ "", false },
		{ "permit_mynetworks, reject_unauth_destination", true },
		{ "permit_mynetworks,defer_unauth_destination,permit", true },
		{ "{ reject }", true },
		{ "permit_mynetworks reject_unknown_sender_domain permit", false },
	};
	char list[128];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		(void)snprintf(list, sizeof(list), "%s", rows[i].list);
		check_int(rows[i].list, restrictions_refuse(list), rows[i].want);
	}
}

static const struct {
	const char *label, *text, *path;
	bool access, ours, optional, temp_fail, compressed;
	const char *user;
} cfs[] = {
	{ "Debian's",
	  "Kaccess hash -T<TMPF> /etc/mail/access\n#O UseCompressedIPv6Addresses\nO "
	  "TrustedUser=smmta\n",
	  "/etc/mail/access.db", true, true, false, true, false, "smmta" },
	{ "with its suffix", "Kaccess hash -o /etc/mail/access.db\n",
	  "/etc/mail/access.db", true, true, true, false, false, "" },
	{ "another path", "Kaccess hash -T<TMPF> /etc/mail/other\n",
	  "/etc/mail/access.db", true, false, false, false, false, "" },
	{ "switched off",
	  "#Kaccess hash /etc/mail/access\nO UseCompressedIPv6Addresses=True\n",
	  "/etc/mail/access.db", false, false, false, false, true, "" },
	{ "drac beside it",
	  "Kaccess hash -T<TMPF> /etc/mail/access\nKdrac hash -T<TMPF> "
	  "/var/lib/map/relay\n",
	  "/var/lib/map/relay.db", true, true, false, true, false, "" },
	{ "cut off", "K\nKaccess\nO", "/etc/mail/access.db", true, false, false, false,
	  false, "" },
};

static void sendmail_cf_is_understood(void **state)
{
	struct sendmail_cf conf;
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(cfs); i++) {
		const char *label = cfs[i].label;

		(void)snprintf(text, sizeof(text), "%s", cfs[i].text);
		sendmail_cf_parse(text, cfs[i].path, &conf);
		check_int(label, conf.access.there, cfs[i].access);
		check_int(label, conf.ours.there, cfs[i].ours);
		check_int(label, conf.ours.optional, cfs[i].optional);
		check_int(label, conf.ours.temp_fail, cfs[i].temp_fail);
		check_int(label, conf.ipv6_compressed, cfs[i].compressed);
		check_text(label, conf.trusted_user, cfs[i].user);
	}
}

static const struct {
	const char *label, *options;
	bool want;
} sasl[] = {
	{ "Debian's", "\"-c -m /var/run/saslauthd\"", true },
	{ "without it", "\"-m /var/run/saslauthd\"", false },
	{ "nothing", "", false },
	{ "among letters", "-Vlc", true },
	{ "a value", "-m -c", false },
	{ "a value in its word", "-m/run/c", false },
	{ "behind a value", "-n 5 -c", true },
	{ "single quotes", "'-c'", true },
};

static void saslauthds_options_are_understood(void **state)
{
	char text[128];

	(void)state;
	for (size_t i = 0; i < COUNT(sasl); i++) {
		(void)snprintf(text, sizeof(text), "%s", sasl[i].options);
		check_int(sasl[i].label, saslauthd_caches(text), sasl[i].want);
	}
	check_true("arguments",
		   saslauthd_caches_of_arguments("saslauthd\0-a\0pam\0-c\0"));
	check_false("arguments",
		    saslauthd_caches_of_arguments("saslauthd\0-a\0pam\0-m\0-c\0"));
}

static const char states[] = "Result=success\n"
			     "Paths=/a (DirectoryNotEmpty)\n"
			     "Paths=/b (PathExists)\n"
			     "Id=x.path\n"
			     "After=\n"
			     "\n"
			     "InvocationId=5\n"
			     "Id=x.service\n"
			     "InactiveExitTimestampMonotonic=13584344647\n"
			     "After=a.service b.service\n";

static void states_are_found(void **state)
{
	static const struct {
		const char *unit, *name, *want;
	} rows[] = {
		{ "x.path", "Paths", "/a (DirectoryNotEmpty) /b (PathExists)" },
		{ "x.path", "After", "" },
		{ "x.service", "After", "a.service b.service" },
		{ "x.service", "Paths", "" },
		{ "x", "Paths", "" },
		{ "y.service", "After", "" },
	};
	char value[128];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_text(rows[i].name,
			   unit_property(states, rows[i].unit, rows[i].name, value,
					 sizeof(value)),
			   rows[i].want);
	check_int("time",
		  unit_time(states, "x.service", "InactiveExitTimestampMonotonic"),
		  13584344647);
	check_int("never", unit_time(states, "x.path", "InactiveExitTimestampMonotonic"),
		  0);
	check_true("is", unit_is(states, "x.path", "Result", "success"));
	check_false("is not", unit_is(states, "x.service", "Result", "success"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restrictions_are_understood),
		cmocka_unit_test(refusals_are_found),
		cmocka_unit_test(sendmail_cf_is_understood),
		cmocka_unit_test(saslauthds_options_are_understood),
		cmocka_unit_test(states_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
