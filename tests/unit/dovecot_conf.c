/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/dovecot_conf.h"

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *label, *text;
	const char *services; /* joined by blanks */
	bool session, setcred, cache, cached;
} cases[] = {
	{ "Debian's",
	  "# 2.3.19.1 (9b5): /etc/dovecot.conf\npassdb {\n  driver = pam\n}\n", "dovecot",
	  false, false, false, false },
	{ "a session by protocol",
	  "passdb {\n  args = session=yes %s\n  driver = pam\n}\nprotocols = \" imap "
	  "pop3\"\n",
	  "pop3 imap", true, false, false, false },
	{ "one protocol", "passdb {\n  args = %s\n  driver = pam\n}\nprotocols = pop3\n",
	  "pop3", false, false, false, false },
	{ "a service of its own name",
	  "passdb {\n  args = setcred=yes failure_show_msg=yes max_requests=9 mail\n  "
	  "driver = "
	  "pam\n}\n",
	  "mail", false, true, false, false },
	{ "a cache, and no key of PAM's",
	  "auth_cache_size = 10 M\npassdb {\n  driver = pam\n}\n", "dovecot", false,
	  false, true, false },
	{ "a cache with a key",
	  "auth_cache_size = 10 M\npassdb {\n  args = cache_key=%u%r dovecot\n  driver = "
	  "pam\n}\n",
	  "dovecot", false, false, true, true },
	{ "a cache of no size",
	  "auth_cache_size = 0\npassdb {\n  args = cache_key=%u x\n  driver = pam\n}\n",
	  "x", false, false, false, true },
	{ "another passdb before it",
	  "passdb {\n  args = session=yes /etc/x\n  driver = passwd-file\n}\npassdb {\n  "
	  "driver = "
	  "pam\n}\n",
	  "dovecot", false, false, false, false },
	{ "no PAM", "passdb {\n  driver = sql\n}\n", "", false, false, false, false },
	{ "2.4",
	  "# 2.4.1 (7d): /etc/dovecot.conf\nauth_cache_size = 1 M\npassdb pam {\n  "
	  "session = "
	  "yes\n  service_name = %{protocol}\n}\n",
	  "pop3 imap", true, false, true, true },
	{ "2.4 without its cache",
	  "dovecot_config_version = 2.4.0\nauth_cache_size = 1 M\npassdb pam {\n  "
	  "use_cache = "
	  "no\n}\n",
	  "dovecot", false, false, true, false },
	{ "blocks in blocks",
	  "service auth {\n  unix_listener x {\n    args = session=yes\n  }\n}\npassdb "
	  "{\n  "
	  "override_fields {\n    x = y\n  }\n  driver = pam\n}\n",
	  "dovecot", false, false, false, false },
};

static void texts_are_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *label = cases[i].label;
		char *text = strdup(cases[i].text);
		char services[512] = "", service[DOVECOT_WORD];
		struct dovecot_conf conf;
		bool cached = false;

		dovecot_conf_parse(text, &conf);
		for (size_t j = 0; dovecot_conf_service(&conf, j, service); j++)
			(void)snprintf(services + strlen(services),
				       sizeof(services) - strlen(services), "%s%s",
				       j > 0 ? " " : "", service);
		for (size_t j = 0; j < conf.passdbs; j++)
			cached |= conf.passdb[j].pam && conf.passdb[j].cached;
		check_text(label, services, cases[i].services);
		check_int(label, dovecot_conf_opens_session(&conf), cases[i].session);
		check_int(label, dovecot_conf_calls_setcred(&conf), cases[i].setcred);
		check_int(label, conf.cache, cases[i].cache);
		check_int(label, cached, cases[i].cached);
		free(text);
	}
}

static const struct {
	const char *label, *text;
	long want;
} times[] = {
	{ "by default", "", 3600 },
	{ "hours", "auth_cache_ttl = 1 hours\n", 3600 },
	{ "minutes", "auth_cache_ttl = 5 mins\n", 300 },
	{ "seconds", "auth_cache_ttl = 90 secs\n", 90 },
	{ "a number alone", "auth_cache_ttl = 60\n", 60 },
	{ "days", "auth_cache_ttl = 2 days\n", 172800 },
};

static void times_are_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		char text[128];
		struct dovecot_conf conf;

		(void)snprintf(text, sizeof(text), "%s", times[i].text);
		dovecot_conf_parse(text, &conf);
		check_int(times[i].label, conf.cache_ttl_s, times[i].want);
	}
}

static void the_workers_user(void **state)
{
	char text[] = "service auth {\n  user = x\n}\nservice auth-worker {\n  user = "
		      "dovecot\n}\n";
	struct dovecot_conf conf;

	(void)state;
	dovecot_conf_parse(text, &conf);
	check_text("worker", conf.worker_user, "dovecot");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_understood),
		cmocka_unit_test(times_are_understood),
		cmocka_unit_test(the_workers_user),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
