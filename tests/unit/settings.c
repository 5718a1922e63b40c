/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/settings.h"

#include "check.h"

#include "base/why.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void the_defaults_are_those_of_the_manual(void **state)
{
	struct settings got;

	(void)state;
	settings_default(&got);
	check_int("complete", settings_complete(&got, NULL), 0);
	check_int("mta", got.mta, MTA_SENDMAIL);
	check_text("map", got.map_type, "hash");
	check_text("map", got.map_path, "/etc/mail/access.db");
	check_text("value", got.value, "RELAY");
	check_text("key_tag", got.key_tag, "");
	check_int("lifetime", got.lifetime_ms, 900000);
	check_false("hold_open", got.hold_open);
	check_int("max_lifetime", got.max_lifetime_ms, 43200000);
	check_int("expiry_watch", got.expiry_watch_ms, 600000);
	check_int("wait", got.wait_ms, 2000);
	check_int("max_leases", got.max_leases, 100000);
	check_int("ipv6_prefix", got.ipv6_prefix, 128);
	check_int("ports", got.ports[0] + got.ports[1] + got.ports[2] + got.ports[3],
		  110 + 143 + 993 + 995);
	check_int("ports end", got.ports[4], 0);
	check_int("never", got.never.count, 0);
	check_int("only", got.only.count, 0);
	check_text("services", got.services, "");
	check_int("peer", got.peer_count, 2);
	check_int("peer", got.peers[0], PEER_RHOST);
	check_int("peer", got.peers[1], PEER_STDIN);
	check_text("queue_group", got.queue_group, "");
	check_text("metrics_file", got.metrics_file, "");
	check_true("refuse_own", got.refuse_own);
	check_false("on_error", got.fail_on_error);
	check_false("debug", got.debug);
}

/* All that a file may set; those a module argument may set come with a second value. */
static const struct {
	const char *name, *value, *argument;
} names[] = {
	{ "mta", "exim", NULL },
	{ "map", "btree:/x/y.db", NULL },
	{ "value", "OK", NULL },
	{ "key_tag", "connect:", NULL },
	{ "state_dir", "/x/state", NULL },
	{ "run_dir", "/x/run", NULL },
	{ "backend_dir", "/x/backends", NULL },
	{ "lifetime", "20min", NULL },
	{ "hold_open", "yes", NULL },
	{ "max_lifetime", "1h", NULL },
	{ "expiry_watch", "5min", NULL },
	{ "ports", "2110", "2143 2993" },
	{ "never", "192.0.2.0/24", "198.51.100.0/24" },
	{ "only", "192.0.2.0/24", "198.51.100.0/24" },
	{ "refuse_own", "no", NULL },
	{ "services", "dovecot", "imap pop3" },
	{ "peer", "stdin", "rhost" },
	{ "ipv6_prefix", "64", NULL },
	{ "ipv6_form", "compressed", NULL },
	{ "wait", "1s", "3s" },
	{ "max_leases", "5", NULL },
	{ "queue_group", "mail", NULL },
	{ "metrics_file", "/x/pam_sap.prom", NULL },
	{ "on_error", "fail", "ignore" },
	{ "debug", "yes", "no" },
};

static void the_table_has_no_other_names(void **state)
{
	size_t i = 0;

	(void)state;
	for (; i < COUNT(names) && settings_name(i); i++) {
		check_text("name", settings_name(i), names[i].name);
		check_int(names[i].name, settings_allowed_as_argument(i),
			  names[i].argument != NULL);
	}
	check_int("how many", i, COUNT(names));
	check_text("behind the last", settings_name(i), NULL);
	check_false("behind the last", settings_allowed_as_argument(i));
}

/* A zeroed struct, so that padding compares equal too. */
static struct settings fresh(void)
{
	struct settings made;

	memset(&made, 0, sizeof(made));
	settings_default(&made);
	return made;
}

static bool same(const struct settings *a, const struct settings *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static void each_setting_changes_something(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		const struct settings before = fresh();
		struct settings file = before;
		const char *name = names[i].name;

		check_int(name,
			  settings_set(&file, name, names[i].value, SETTINGS_FILE, NULL),
			  0);
		check_false(name, same(&file, &before));
	}
}

static void an_argument_comes_last(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		const char *name = names[i].name;
		struct settings file = fresh(), got = fresh(), want = fresh();
		struct why why = { 0 };
		char argument[128];

		(void)settings_set(&file, name, names[i].value, SETTINGS_FILE, NULL);
		got = file;
		(void)snprintf(argument, sizeof(argument), "%s=%s", name,
			       names[i].argument ? names[i].argument : names[i].value);
		const int error = settings_argument(&got, argument, &why);
		check_int(name, error, names[i].argument ? 0 : -EINVAL);
		if (names[i].argument) {
			(void)settings_set(&want, name, names[i].argument, SETTINGS_FILE,
					   NULL);
			check_true(name, same(&got, &want));
		} else {
			check_true(name, same(&got, &file));
			check_contains(name, why.text, "may not be a module argument");
		}
	}
}

static const struct {
	const char *label, *argument, *want;
} bad_arguments[] = {
	{ "unknown", "lifetme=5min", "there is no setting 'lifetme'" },
	{ "unknown switch", "audit", "there is no setting 'audit'" },
	{ "no name", "=5", "there is no setting ''" },
	{ "empty", "", "there is no setting ''" },
	{ "upper case", "Debug", "there is no setting 'Debug'" },
	{ "a blank", "debug =yes", "there is no setting 'debug '" },
	{ "control characters", "\x1b[2J=1", "there is no setting '\\x1b[2J'" },
	{ "no value", "wait=", "wait = '': must be a time from 0 to 10s" },
	{ "no switch", "wait", "wait = 'yes': must be a time" },
	{ "not a switch's value", "debug=1", "debug = '1': must be yes or no" },
};

static void a_bad_argument_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad_arguments); i++) {
		const struct settings before = fresh();
		struct settings got = before;
		struct why why = { 0 };
		const char *label = bad_arguments[i].label;

		check_int(label, settings_argument(&got, bad_arguments[i].argument, &why),
			  -EINVAL);
		check_contains(label, why.text, bad_arguments[i].want);
		check_true(label, same(&got, &before));
	}
}

static void a_long_argument_is_no_setting(void **state)
{
	struct settings got = fresh();
	char argument[8192];

	(void)state;
	memset(argument, 'x', sizeof(argument) - 1);
	argument[sizeof(argument) - 1] = '\0';
	check_int("name", settings_argument(&got, argument, NULL), -EINVAL);
	memcpy(argument, "services=", 9);
	check_int("value", settings_argument(&got, argument, NULL), -EINVAL);
}

static void a_switch_needs_no_value(void **state)
{
	struct settings got = fresh();

	(void)state;
	check_int("debug", settings_argument(&got, "debug", NULL), 0);
	check_true("debug", got.debug);
}

static const struct {
	const char *label, *name, *value, *second, *second_value;
	int want_error;
	const char *want_path, *want_value;
} complete_cases[] = {
	{ "sendmail", "mta", "sendmail", "mta", "sendmail", 0, "/etc/mail/access.db",
	  "RELAY" },
	{ "postfix, a hash", "mta", "postfix", "map", "hash:/x/r.db", 0, "/x/r.db",
	  "OK" },
	{ "postfix", "mta", "postfix", "mta", "postfix", 0, STATE_DIR "/map/relay.lmdb",
	  "OK" },
	{ "exim", "mta", "exim", "mta", "exim", 0, STATE_DIR "/map/relay.db", "RELAY" },
	{ "value stays", "value", "YES", "mta", "exim", 0, STATE_DIR "/map/relay.db",
	  "YES" },
	{ "tag with sendmail", "key_tag", "connect:", "mta", "sendmail", 0,
	  "/etc/mail/access.db", "RELAY" },
	{ "tag with exim", "key_tag", "connect:", "mta", "exim", -EINVAL, NULL, NULL },
	{ "held at most as long as it lives", "max_lifetime", "14min", "hold_open", "yes",
	  -EINVAL, NULL, NULL },
	{ "held for no longer", "max_lifetime", "15min", "hold_open", "yes", 0,
	  "/etc/mail/access.db", "RELAY" },
	{ "not held", "max_lifetime", "14min", "hold_open", "no", 0,
	  "/etc/mail/access.db", "RELAY" },
	{ "compressed", "ipv6_form", "compressed", "mta", "sendmail", 0,
	  "/etc/mail/access.db", "RELAY" },
	{ "compressed with postfix", "ipv6_form", "compressed", "mta", "postfix", -EINVAL,
	  NULL, NULL },
	{ "compressed networks", "ipv6_form", "compressed", "ipv6_prefix", "64", -EINVAL,
	  NULL, NULL },
	{ "lmdb with exim", "map", "lmdb:/x/r.lmdb", "mta", "exim", -EINVAL, NULL, NULL },
	{ "lmdb with postfix", "map", "lmdb:/x/r.lmdb", "mta", "postfix", 0, "/x/r.lmdb",
	  "OK" },
	{ "64 with exim", "ipv6_prefix", "64", "mta", "exim", -EINVAL, NULL, NULL },
};

static void the_mail_server_decides_the_rest(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(complete_cases); i++) {
		const char *label = complete_cases[i].label;
		struct settings got = fresh();

		check_int(label,
			  settings_set(&got, complete_cases[i].name,
				       complete_cases[i].value, SETTINGS_FILE, NULL),
			  0);
		check_int(label,
			  settings_set(&got, complete_cases[i].second,
				       complete_cases[i].second_value, SETTINGS_FILE,
				       NULL),
			  0);
		check_int(label, settings_complete(&got, NULL),
			  complete_cases[i].want_error);
		if (complete_cases[i].want_error < 0)
			continue;
		check_text(label, got.map_path, complete_cases[i].want_path);
		check_text(label, got.value, complete_cases[i].want_value);
	}
}

static const struct {
	const char *label, *services, *service;
	bool want;
} serve_cases[] = {
	{ "all", "", "sshd", true },
	{ "the only one", "dovecot", "dovecot", true },
	{ "first", "dovecot, imap pop3", "dovecot", true },
	{ "middle", "dovecot, imap pop3", "imap", true },
	{ "last", "dovecot, imap pop3", "pop3", true },
	{ "none of them", "dovecot, imap pop3", "sshd", false },
	{ "a beginning", "dovecot", "dove", false },
	{ "a beginning of it", "dove", "dovecot", false },
	{ "no name", "dovecot", "", false },
};

static void only_these_services(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(serve_cases); i++) {
		struct settings settings = fresh();

		(void)settings_set(&settings, "services", serve_cases[i].services,
				   SETTINGS_FILE, NULL);
		check_int(serve_cases[i].label,
			  settings_serve(&settings, serve_cases[i].service),
			  serve_cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_defaults_are_those_of_the_manual),
		cmocka_unit_test(the_table_has_no_other_names),
		cmocka_unit_test(each_setting_changes_something),
		cmocka_unit_test(an_argument_comes_last),
		cmocka_unit_test(a_bad_argument_is_named),
		cmocka_unit_test(a_long_argument_is_no_setting),
		cmocka_unit_test(a_switch_needs_no_value),
		cmocka_unit_test(the_mail_server_decides_the_rest),
		cmocka_unit_test(only_these_services),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
