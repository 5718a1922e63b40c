/* SPDX-License-Identifier: BSD-2-Clause */
/* The bounds of every setting, each side; what is refused changes nothing. */
#include "core/settings.h"

#include "check.h"

#include <stdio.h>
#include <string.h>

#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define FIVE_HUNDRED                                                                     \
	TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN  \
		TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN  \
			TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct {
	const char *name, *value;
	bool want;
} cases[] = {
	{ "mta", "sendmail", true },
	{ "mta", "postfix", true },
	{ "mta", "exim", true },
	{ "mta", "Postfix", false },
	{ "mta", "qmail", false },
	{ "mta", "", false },
	{ "map", "/x", true },
	{ "map", "hash:/x", true },
	{ "map", "btree:/x", true },
	{ "map", "hash:x", false },
	{ "map", "x.db", false },
	{ "map", "hash:/x y", true },
	{ "map", "hash:/x\x1b[2J", false },
	{ "map", "hash:/\xc3\xa4", false },
	{ "map", "cdb:/x", false },
	{ "map", "aaaaaaaaaaaaaaaaaaaaaaaa:/x", false },
	{ "map", "hash:", false },
	{ "map", ":/x", false },
	{ "map", "", false },
	{ "value", "R", true },
	{ "value", "550 5.7.1 not you", true },
	{ "value", SIXTY "abc", true },
	{ "value", SIXTY "abcd", false },
	{ "value", "", false },
	{ "value", "a\tb", false },
	{ "key_tag", "", true },
	{ "key_tag", "connect:", true },
	{ "key_tag", "a_b:", true },
	{ "key_tag", TEN TEN TEN ":", true },
	{ "key_tag", TEN TEN TEN "a:", false },
	{ "key_tag", "connect", false },
	{ "key_tag", "Connect:", false },
	{ "key_tag", "a b:", false },
	{ "key_tag", "a:b:", false },
	{ "state_dir", "/", true },
	{ "state_dir", "x", false },
	{ "state_dir", "./x", false },
	{ "state_dir", "", false },
	{ "run_dir", "/r", true },
	{ "run_dir", "r", false },
	{ "backend_dir", "/b", true },
	{ "backend_dir", "b", false },
	{ "lifetime", "1min", true },
	{ "lifetime", "59s", false },
	{ "lifetime", "59999ms", false },
	{ "lifetime", "24h", true },
	{ "lifetime", "24h 1ms", false },
	{ "lifetime", "15", false },
	{ "lifetime", "0", false },
	{ "expiry_watch", "0", true },
	{ "expiry_watch", "119s", false },
	{ "expiry_watch", "2min", true },
	{ "max_lifetime", "1min", true },
	{ "max_lifetime", "59s", false },
	{ "max_lifetime", "7d", true },
	{ "max_lifetime", "7d 1ms", false },
	{ "max_lifetime", "0", false },
	{ "hold_open", "yes", true },
	{ "hold_open", "no", true },
	{ "hold_open", "1", false },
	{ "expiry_watch", "24h", true },
	{ "expiry_watch", "24h1s", false },
	{ "expiry_watch", "0s", false },
	{ "ports", "1", true },
	{ "ports", "65535", true },
	{ "ports", "0", false },
	{ "ports", "65536", false },
	{ "ports", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", true },
	{ "ports", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", false },
	{ "ports", "", false },
	{ "ports", "110,pop3", false },
	{ "ports", "-1", false },
	{ "ports", "+1", false },
	{ "ports", "110x", false },
	{ "ports", "99999999999999999999", false },
	{ "never", "", true },
	{ "never", "192.0.2.0/24, ::1", true },
	{ "never", "192.0.2.1/24", false },
	{ "only", "", true },
	{ "only", "example.org", false },
	{ "refuse_own", "yes", true },
	{ "refuse_own", "no", true },
	{ "refuse_own", "true", false },
	{ "refuse_own", "", false },
	{ "services", "", true },
	{ "services", FIVE_HUNDRED TEN "k", true },
	{ "services", FIVE_HUNDRED TEN "kl", false },
	{ "services",
	  "dove\x7f"
	  "cot",
	  false },
	{ "peer", "rhost", true },
	{ "peer", "stdin, rhost", true },
	{ "peer", "rhost rhost", false },
	{ "peer", "rhost stdin fds unix rhost", false },
	{ "peer", "unix fds stdin rhost", true },
	{ "peer", "fds,unix", true },
	{ "peer", "fd", false },
	{ "peer", "UNIX", false },
	{ "peer", "dns", false },
	{ "peer", "", false },
	{ "ipv6_form", "full", true },
	{ "ipv6_form", "compressed", true },
	{ "ipv6_form", "", false },
	{ "ipv6_form", "short", false },
	{ "ipv6_prefix", "64", true },
	{ "ipv6_prefix", "128", true },
	{ "ipv6_prefix", "63", false },
	{ "ipv6_prefix", "0", false },
	{ "wait", "0", true },
	{ "wait", "1ms", true },
	{ "wait", "10s", true },
	{ "wait", "10001ms", false },
	{ "wait", "2", false },
	{ "max_leases", "1", true },
	{ "max_leases", "0", false },
	{ "max_leases", "10000000", true },
	{ "max_leases", "10000001", false },
	{ "max_leases", "1e3", false },
	{ "max_leases", " 1", false },
	{ "max_leases", "18446744073709551617", false },
	{ "queue_group", "", true },
	{ "queue_group", SIXTY "abc", true },
	{ "queue_group", SIXTY "abcd", false },
	{ "metrics_file", "", true },
	{ "metrics_file", "/x", true },
	{ "metrics_file", "x", false },
	{ "on_error", "ignore", true },
	{ "on_error", "fail", true },
	{ "on_error", "die", false },
	{ "debug", "yes", true },
	{ "debug", "on", false },
	{ "hostname", "x", false },
	{ "", "x", false },
};

static void each_bound_holds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct settings before, got;
		char label[80];

		(void)snprintf(label, sizeof(label), "%s = %s", cases[i].name,
			       cases[i].value);
		memset(&before, 0, sizeof(before));
		settings_default(&before);
		got = before;
		check_int(label,
			  settings_set(&got, cases[i].name, cases[i].value, SETTINGS_FILE,
				       NULL) == 0,
			  cases[i].want);
		if (!cases[i].want)
			check_int(label, memcmp(&got, &before, sizeof(got)), 0);
	}
}

static void every_setting_has_a_bound_here(void **state)
{
	const char *name;

	(void)state;
	for (size_t i = 0; (name = settings_name(i)); i++) {
		unsigned seen = 0;

		for (size_t j = 0; j < COUNT(cases); j++)
			if (strcmp(cases[j].name, name) == 0)
				seen |= cases[j].want ? 1U : 2U;
		check_int(name, seen, 3);
	}
}

static void a_path_has_a_longest(void **state)
{
	static const char *const names[] = { "map", "state_dir", "run_dir",
					     "backend_dir" };
	char path[SETTINGS_PATH + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct settings got;

		settings_default(&got);
		memset(path, 'x', sizeof(path));
		path[0] = '/';
		path[SETTINGS_PATH] = '\0';
		check_true(names[i],
			   settings_set(&got, names[i], path, SETTINGS_FILE, NULL) < 0);
		path[SETTINGS_PATH - 1] = '\0';
		check_int(names[i],
			  settings_set(&got, names[i], path, SETTINGS_FILE, NULL), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_bound_holds),
		cmocka_unit_test(every_setting_has_a_bound_here),
		cmocka_unit_test(a_path_has_a_longest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
