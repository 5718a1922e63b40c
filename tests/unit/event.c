/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/event.h"

#include "check.h"

#include "core/lease.h"
#include "core/settings.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define LOGIN 1795521707L /* 2026-11-24T12:01:47Z */
#define MAP "/etc/mail/access.db"

static struct lease horn(const char *address, time_t last_login)
{
	struct client_address client;
	struct lease lease;

	assert_int_equal(client_address_parse(address, &client), 0);
	lease_make(&lease, &client, "horn", "dovecot",
		   (struct timespec){ .tv_sec = last_login });
	return lease;
}

static const struct {
	const char *label;
	enum event_kind kind;
	time_t last_login;
	const char *detail, *want;
} lease_cases[] = {
	{ "inserted", EVENT_INSERTED, LOGIN, NULL,
	  "inserted 192.0.2.77 into /etc/mail/access.db for user horn (dovecot)" },
	{ "removed", EVENT_REMOVED, LOGIN, NULL,
	  "removed 192.0.2.77 from /etc/mail/access.db (user horn, last login "
	  "2026-11-24T12:01:47Z)" },
	{ "at the end of a hold", EVENT_REMOVED, LOGIN, "max_lifetime is over",
	  "removed 192.0.2.77 from /etc/mail/access.db (user horn, last login "
	  "2026-11-24T12:01:47Z, max_lifetime is over)" },
	{ "revoked", EVENT_REMOVED, 0, NULL,
	  "removed 192.0.2.77 from /etc/mail/access.db (user horn, revoked)" },
	{ "refused", EVENT_REFUSED, LOGIN, "connect:192.0.2",
	  "refused 192.0.2.77 for user horn (dovecot): the administrator's record "
	  "'connect:192.0.2' in /etc/mail/access.db keeps it shut" },
	{ "granted", EVENT_GRANTED, LOGIN, "192.0.2",
	  "no lease for 192.0.2.77, user horn (dovecot): the administrator's record "
	  "'192.0.2' in /etc/mail/access.db lets it relay already" },
	{ "lapsed", EVENT_LAPSED, LOGIN, NULL,
	  "not opened: 192.0.2.77 for user horn (dovecot): its lifetime ended before "
	  "/etc/mail/access.db could be changed (last login 2026-11-24T12:01:47Z)" },
	{ "blocked", EVENT_BLOCKED, LOGIN, "user horn is blocked",
	  "not opened: 192.0.2.77 for user horn (dovecot): user horn is blocked" },
	{ "full", EVENT_FULL, LOGIN, NULL,
	  "not opened: 192.0.2.77 for user horn (dovecot): max_leases is reached" },
};

static void a_lease_has_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lease_cases); i++) {
		const struct lease lease = horn("192.0.2.77", lease_cases[i].last_login);
		const struct event event = { lease_cases[i].kind, &lease, MAP,
					     lease_cases[i].detail };
		char got[EVENT_TEXT];

		check_text(lease_cases[i].label, event_text(&event, got),
			   lease_cases[i].want);
	}
}

static const struct {
	const char *label;
	enum event_kind kind;
	const char *detail, *want;
} other_cases[] = {
	{ "healed", EVENT_HEALED, "1 put back, 2 without a lease removed",
	  "made /etc/mail/access.db agree with the leases: 1 put back, 2 without a "
	  "lease removed" },
	{ "a block", EVENT_BLOCK, "192.0.2.0/24 until 2026-11-24T12:01:47Z",
	  "blocked 192.0.2.0/24 until 2026-11-24T12:01:47Z" },
	{ "no block", EVENT_UNBLOCK, "user horn", "unblocked user horn" },
	{ "unheld", EVENT_UNHELD, "no\nkernel",
	  "hold_open has no effect, leases end with their lifetime: no\\x0akernel" },
	{ "junk", EVENT_JUNK, "pending/x",
	  "removed 'pending/x': it is no lease that may be opened" },
	{ "hostile junk", EVENT_JUNK, "pending/a\nb\x1b[2J",
	  "removed 'pending/a\\x0ab\\x1b[2J': it is no lease that may be opened" },
	{ "much junk", EVENT_JUNK_HEAP, "2 files in pending/, the first 'a\nb'",
	  "removed what is no lease that may be opened: 2 files in pending/, the first "
	  "'a\\x0ab'" },
};

static void others_have_their_line_too(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(other_cases); i++) {
		const struct event event = { other_cases[i].kind, NULL, MAP,
					     other_cases[i].detail };
		char got[EVENT_TEXT];

		check_text(other_cases[i].label, event_text(&event, got),
			   other_cases[i].want);
	}
}

/* The user's name comes from the network: it stays one word of one line. */
static void a_hostile_user_stays_in_his_line(void **state)
{
	struct lease lease = horn("2001:db8::1", LOGIN);
	const struct event event = { EVENT_INSERTED, &lease, MAP, NULL };
	char name[4097], got[EVENT_TEXT];

	(void)state;
	lease_make(&lease, &lease.client, "x (y)\nremoved 192.0.2.1", "a\tb",
		   lease.last_login);
	check_text("newline", event_text(&event, got),
		   "inserted 2001:db8::1 into /etc/mail/access.db for user "
		   "x\\x20(y)\\x0aremoved\\x20192.0.2.1 (a\\x09b)");
	memset(name, 1, sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	lease_make(&lease, &lease.client, name, name, lease.last_login);
	(void)event_text(&event, got);
	check_contains("long", got, "\\x01...");
	check_true("long", strlen(got) < 400);
}

/* The longest of everything that a line has: nothing of it is cut. */
static void the_longest_line_has_its_end(void **state)
{
	struct lease lease = horn("1111:2222:3333:4444:5555:6666:7777:8888", LLONG_MAX);
	char map[SETTINGS_PATH], name[4097], got[EVENT_TEXT];

	(void)state;
	memset(map, 'm', sizeof(map) - 1);
	map[sizeof(map) - 1] = '\0';
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	lease_make(&lease, &lease.client, name, name, lease.last_login);
	for (int kind = EVENT_INSERTED; kind <= EVENT_HEALED; kind++) {
		const struct event event = { (enum event_kind)kind,
					     kind < EVENT_JUNK ? &lease : NULL, map,
					     name };
		(void)event_text(&event, got);
		check_true("is not cut", strlen(got) < EVENT_TEXT - 1);
	}
	const struct event removed = { EVENT_REMOVED, &lease, map, name };
	check_contains("its end", event_text(&removed, got), "n...)");
}

static void time_is_utc(void **state)
{
	static const struct {
		long long seconds;
		const char *want;
	} cases[] = {
		{ LOGIN, "2026-11-24T12:01:47Z" },
		{ 0, "1970-01-01T00:00:00Z" },
		{ 951782400, "2000-02-29T00:00:00Z" },
		{ 4102444799, "2099-12-31T23:59:59Z" },
		/* Years that no calendar has: the date of a file can be anything. */
		{ 67767976233532799, "2147483647-12-31T23:59:59Z" },
		{ LLONG_MAX, "@9223372036854775807" },
		{ LLONG_MIN, "@-9223372036854775808" },
	};

	(void)state;
	(void)setenv("TZ", "America/New_York", 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char got[EVENT_TIME];

		check_text("time", event_time(cases[i].seconds, got), cases[i].want);
	}
}

static void some_are_warnings(void **state)
{
	(void)state;
	check_false("inserted", event_is_warning(EVENT_INSERTED));
	check_false("removed", event_is_warning(EVENT_REMOVED));
	check_false("refused", event_is_warning(EVENT_REFUSED));
	check_false("blocked", event_is_warning(EVENT_BLOCKED));
	check_false("a block", event_is_warning(EVENT_BLOCK));
	check_true("full", event_is_warning(EVENT_FULL));
	check_true("lapsed", event_is_warning(EVENT_LAPSED));
	check_true("junk", event_is_warning(EVENT_JUNK));
	check_true("much junk", event_is_warning(EVENT_JUNK_HEAP));
	check_true("unheld", event_is_warning(EVENT_UNHELD));
}

static void count_call(const void *context, const struct event *event)
{
	(void)event;
	++*(int *)(uintptr_t)context;
}

static void nobody_need_listen(void **state)
{
	int calls = 0;
	const struct event event = { EVENT_JUNK, NULL, MAP, "x" };
	const struct event_sink deaf = { NULL, NULL }, sink = { count_call, &calls };

	(void)state;
	event_tell(NULL, &event);
	event_tell(&deaf, &event);
	check_int("nobody", calls, 0);
	event_tell(&sink, &event);
	check_int("once", calls, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lease_has_its_line),
		cmocka_unit_test(others_have_their_line_too),
		cmocka_unit_test(a_hostile_user_stays_in_his_line),
		cmocka_unit_test(the_longest_line_has_its_end),
		cmocka_unit_test(time_is_utc),
		cmocka_unit_test(some_are_warnings),
		cmocka_unit_test(nobody_need_listen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
