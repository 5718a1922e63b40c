/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/lease.h"

#include "check.h"

#include <errno.h>
#include <string.h>

#define NOW 1000000000L
#define LIFETIME_MS 900000L

static struct lease made(const char *user, const char *service)
{
	struct client_address client;
	struct lease lease;

	(void)client_address_parse("192.0.2.7", &client);
	lease_make(&lease, &client, user, service, (struct timespec){ .tv_sec = NOW });
	return lease;
}

static const struct {
	const char *label, *user, *service, *want;
} print_cases[] = {
	{ "plain", "horn", "dovecot", "user=horn service=dovecot opened=1000000000\n" },
	{ "nobody known", NULL, NULL, "user=- service=- opened=1000000000\n" },
	{ "empty", "", "", "user=- service=- opened=1000000000\n" },
	{ "blank", "a b", "c d", "user=a\\x20b service=c\\x20d opened=1000000000\n" },
	{ "a second word", "a service=sshd", "pop3",
	  "user=a\\x20service\\x3dsshd service=pop3 opened=1000000000\n" },
	{ "a second line", "a\nuser=root", "pop3",
	  "user=a\\x0auser\\x3droot service=pop3 opened=1000000000\n" },
	{ "terminal", "\x1b]0;x\x07", "pop3",
	  "user=\\x1b]0;x\\x07 service=pop3 opened=1000000000\n" },
	{ "UTF-8", "j\xc3\xb6rg", "imap",
	  "user=j\\xc3\\xb6rg service=imap opened=1000000000\n" },
	{ "backslash", "DOM\\horn", "imap",
	  "user=DOM\\\\horn service=imap opened=1000000000\n" },
	{ "format", "%s%n", "imap", "user=%s%n service=imap opened=1000000000\n" },
};

static void a_line_comes_back_as_it_was(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(print_cases); i++) {
		const char *label = print_cases[i].label;
		const struct lease lease =
			made(print_cases[i].user, print_cases[i].service);
		struct lease again = { .client = lease.client };
		char line[LEASE_LINE];

		check_int(label, lease_print(&lease, line), strlen(print_cases[i].want));
		check_text(label, line, print_cases[i].want);
		check_int(label, lease_parse(line, &again), 0);
		check_text(label, again.user, lease.user);
		check_text(label, again.service, lease.service);
		check_int(label, again.opened, NOW);
		check_int(label, again.until, 0);
	}
}

static void until_comes_back_too(void **state)
{
	struct lease lease = made("horn", "sapdb"), again = { .opened = 0 };
	char line[LEASE_LINE];

	(void)state;
	lease.until = NOW + 7200;
	(void)lease_print(&lease, line);
	check_text("until", line,
		   "user=horn service=sapdb opened=1000000000 until=1000007200\n");
	check_int("until", lease_parse(line, &again), 0);
	check_int("until", again.until, NOW + 7200);
}

/* The longest line there can be still fits, and comes back. */
static void long_names_are_cut(void **state)
{
	char name[4097], line[LEASE_LINE];

	(void)state;
	for (int byte = 1; byte < 256; byte += 13) {
		struct lease again = { .opened = 0 };

		memset(name, byte, sizeof(name) - 1);
		name[sizeof(name) - 1] = '\0';
		struct lease lease = made(name, name);
		lease.until = NOW;
		const size_t length = lease_print(&lease, line);
		check_int("length", length, strlen(line));
		check_int("ends", line[length - 1], '\n');
		check_int("parse", lease_parse(line, &again), 0);
		check_text("user", again.user, lease.user);
		check_contains("user", again.user, "...");
	}
}

static const struct {
	const char *label, *line;
} malformed[] = {
	{ "empty", "" },
	{ "newline", "\n" },
	{ "no newline", "user=a service=b opened=1" },
	{ "two lines", "user=a service=b opened=1\nuser=a service=b opened=1\n" },
	{ "a line behind", "user=a service=b opened=1\n\n" },
	{ "cut off", "user=a service=b\n" },
	{ "cut off in a word", "user=a serv" },
	{ "order", "service=b user=a opened=1\n" },
	{ "no user", "user= service=b opened=1\n" },
	{ "no service", "user=a service= opened=1\n" },
	{ "no time", "user=a service=b opened=\n" },
	{ "words as time", "user=a service=b opened=now\n" },
	{ "fraction", "user=a service=b opened=1.5\n" },
	{ "negative", "user=a service=b opened=-1\n" },
	{ "beyond all numbers", "user=a service=b opened=99999999999999999999\n" },
	{ "longer than a number",
	  "user=a service=b opened=000000000000000000000000001\n" },
	{ "unknown word", "user=a service=b opened=1 also=2\n" },
	{ "until without a time", "user=a service=b opened=1 until=\n" },
	{ "until and more", "user=a service=b opened=1 until=2 x\n" },
	{ "blank behind", "user=a service=b opened=1 \n" },
	{ "two blanks", "user=a  service=b opened=1\n" },
	{ "leading blank", " user=a service=b opened=1\n" },
	{ "tab", "user=a\tservice=b opened=1\n" },
	{ "control character", "user=a\x1b service=b opened=1\n" },
	{ "byte above ASCII", "user=\xff service=b opened=1\n" },
	{ "= in a word", "user=a=b service=b opened=1\n" },
	{ "upper case", "User=a service=b opened=1\n" },
};

static void other_lines_are_no_lease(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(malformed); i++) {
		struct lease lease = made("before", "before");

		check_int(malformed[i].label, lease_parse(malformed[i].line, &lease),
			  -EINVAL);
		check_text(malformed[i].label, lease.user, "before");
		check_int(malformed[i].label, lease.opened, NOW);
	}
}

static void a_word_that_is_too_long_is_no_lease(void **state)
{
	char line[2 * LEASE_LINE] = "user=";
	struct lease lease;

	(void)state;
	memset(line + 5, 'u', LEASE_USER);
	(void)strcat(line, " service=b opened=1\n");
	check_int("one too long", lease_parse(line, &lease), -EINVAL);
	memmove(line + 5, line + 6, strlen(line + 5));
	check_int("fits", lease_parse(line, &lease), 0);
}

static const struct {
	const char *label;
	time_t last_login, until, want;
} end_cases[] = {
	{ "a lifetime after the last login", NOW, 0, NOW + 900 },
	{ "its own end is later", NOW, NOW + 7200, NOW + 7200 },
	{ "its own end is earlier: renewed since", NOW, NOW + 60, NOW + 900 },
	{ "revoked", 0, 0, 0 },
	{ "revoked, whatever its own end", 0, NOW + 7200, 0 },
};

static void the_end_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(end_cases); i++) {
		struct lease lease = made("horn", "dovecot");

		lease.last_login.tv_sec = end_cases[i].last_login;
		lease.until = end_cases[i].until;
		check_int(end_cases[i].label, lease_end(&lease, LIFETIME_MS),
			  end_cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_comes_back_as_it_was),
		cmocka_unit_test(until_comes_back_too),
		cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(other_lines_are_no_lease),
		cmocka_unit_test(a_word_that_is_too_long_is_no_lease),
		cmocka_unit_test(the_end_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
