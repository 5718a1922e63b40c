/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/complaint.h"

#include "check.h"
#include "scratch.h"

#include "base/why.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NOW 1000000000L

static const struct {
	const char *label;
	enum complaint_topic topic;
	const char *text;
	bool want; /* news */
} made[] = {
	{ "first", COMPLAINT_MAP, "no disk", true },
	{ "again", COMPLAINT_MAP, "no disk", false },
	{ "and again", COMPLAINT_MAP, "no disk", false },
	{ "other words", COMPLAINT_MAP, "no table", true },
	{ "a beginning of them", COMPLAINT_MAP, "no", true },
	{ "other topic, same words", COMPLAINT_STATE, "no", true },
	{ "the first topic still stands", COMPLAINT_MAP, "no", false },
	{ "back to the first words", COMPLAINT_MAP, "no disk", true },
	{ "expiry", COMPLAINT_EXPIRY, "late", true },
	{ "full", COMPLAINT_FULL, "late", true },
	{ "full again", COMPLAINT_FULL, "late", false },
};

static void the_same_words_are_no_news(void **state)
{
	char run[SCRATCH_PATH];

	scratch_path(*state, "run", run);
	for (size_t i = 0; i < COUNT(made); i++)
		check_int(made[i].label, complaint_make(run, made[i].topic, made[i].text),
			  made[i].want);
}

/* A flood makes it at each login: that must cost no new file. */
static void the_same_words_only_date_the_file(void **state)
{
	char run[SCRATCH_PATH], path[SCRATCH_PATH];

	scratch_path(*state, "run", run);
	check_true("first", complaint_make(run, COMPLAINT_FULL, "full"));
	scratch_path(*state, "run/complaint-full", path);
	scratch_date(path, 1);
	const struct stat before = scratch_stat(path);
	check_false("again", complaint_make(run, COMPLAINT_FULL, "full"));
	const struct stat after = scratch_stat(path);
	check_int("the same file", after.st_ino, before.st_ino);
	check_true("of now", after.st_mtim.tv_sec > before.st_mtim.tv_sec);
}

static void withdrawn_it_is_news_again(void **state)
{
	char run[SCRATCH_PATH];

	scratch_path(*state, "run", run);
	check_false("none", complaint_withdraw(run, COMPLAINT_MAP));
	check_true("made", complaint_make(run, COMPLAINT_MAP, "no disk"));
	check_true("other", complaint_make(run, COMPLAINT_FULL, "full"));
	check_true("withdrawn", complaint_withdraw(run, COMPLAINT_MAP));
	check_false("once", complaint_withdraw(run, COMPLAINT_MAP));
	check_true("news", complaint_make(run, COMPLAINT_MAP, "no disk"));
	check_false("the other stands", complaint_make(run, COMPLAINT_FULL, "full"));
}

/* The longest reason there is must be known again, too. */
static void the_longest_words_are_known_again(void **state)
{
	char run[SCRATCH_PATH], text[WHY_MAX];

	scratch_path(*state, "run", run);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	check_true("first", complaint_make(run, COMPLAINT_MAP, text));
	check_false("again", complaint_make(run, COMPLAINT_MAP, text));
}

static void longer_words_are_known_by_their_beginning(void **state)
{
	char run[SCRATCH_PATH], text[2 * WHY_MAX];

	scratch_path(*state, "run", run);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	check_true("first", complaint_make(run, COMPLAINT_MAP, text));
	check_false("again", complaint_make(run, COMPLAINT_MAP, text));
	text[WHY_MAX - 1] = '\0';
	text[WHY_MAX - 2] = 'y';
	check_true("another beginning", complaint_make(run, COMPLAINT_MAP, text));
}

/* In their order, each at a time of its own. */
static const struct {
	const char *label, *service, *text;
	long hours; /* since the last time it was met */
	bool want;  /* news */
} addresses[] = {
	{ "first", "pop3", "pop3: none", 0, true },
	{ "again", "pop3", "pop3: none", 0, false },
	{ "another service", "imap", "imap: none", 0, true },
	{ "the first still stands", "pop3", "pop3: none", 23, false },
	{ "met an hour ago", "pop3", "pop3: none", 1, false },
	{ "other words", "pop3", "pop3: two", 1, true },
	{ "a day without it", "pop3", "pop3: two", 24, true },
	{ "no name", "", "none", 0, true },
	{ "no name again", "", "none", 0, false },
	{ "a way out", "../../x", "x: none", 0, true },
	{ "a way out again", "../../x", "x: none", 0, false },
};

static void a_missing_address_is_news_for_each_service(void **state)
{
	char run[SCRATCH_PATH];
	struct timespec now;

	scratch_path(*state, "run", run);
	for (size_t i = 0; i < COUNT(addresses); i++) {
		(void)clock_gettime(CLOCK_REALTIME, &now);
		now.tv_sec += addresses[i].hours * 3600;
		check_int(addresses[i].label,
			  complaint_make_address(run, addresses[i].service, now,
						 addresses[i].text),
			  addresses[i].want);
	}
}

static void however_many_services_there_are_64_files(void **state)
{
	char run[SCRATCH_PATH], service[32];
	const struct timespec now = { .tv_sec = NOW };
	int count = 0;

	scratch_path(*state, "run", run);
	for (unsigned i = 0; i < 2000; i++) {
		(void)snprintf(service, sizeof(service), "service-%u", i);
		(void)complaint_make_address(run, service, now, service);
	}
	DIR *folder = opendir(run);
	check_true("folder", folder != NULL);
	for (const struct dirent *entry; (entry = readdir(folder));)
		count += strncmp(entry->d_name, "complaint-address-", 18) == 0;
	(void)closedir(folder);
	check_int("files", count, 64);
}

static const struct {
	const char *label;
	long age;  /* in seconds */
	bool want; /* in the last 90 */
} ages[] = {
	{ "now", 0, true },
	{ "just so", 89, true },
	{ "no longer", 90, false },
	{ "long ago", 100000, false },
	{ "made while we asked the clock", -1, true },
	{ "from the future", -100, false },
};

static void it_grows_old(void **state)
{
	char run[SCRATCH_PATH], path[SCRATCH_PATH];
	const struct timespec now = { .tv_sec = NOW };

	scratch_path(*state, "run", run);
	check_false("none", complaint_is_fresh(run, COMPLAINT_MAP, now, 90));
	check_true("made", complaint_make(run, COMPLAINT_MAP, "no disk"));
	scratch_path(*state, "run/complaint-map", path);
	for (size_t i = 0; i < COUNT(ages); i++) {
		scratch_date(path, NOW - ages[i].age);
		check_int(ages[i].label, complaint_is_fresh(run, COMPLAINT_MAP, now, 90),
			  ages[i].want);
	}
}

static void made_again_it_is_young_again(void **state)
{
	char run[SCRATCH_PATH], path[SCRATCH_PATH];

	scratch_path(*state, "run", run);
	scratch_path(*state, "run/complaint-map", path);
	check_true("made", complaint_make(run, COMPLAINT_MAP, "no disk"));
	scratch_date(path, NOW);
	check_false("again", complaint_make(run, COMPLAINT_MAP, "no disk"));
	check_true("later", scratch_stat(path).st_mtime > NOW);
}

static void where_it_cannot_be_kept_it_is_always_news(void **state)
{
	(void)state;
	check_true("first", complaint_make("/nowhere/run", COMPLAINT_MAP, "no disk"));
	check_true("again", complaint_make("/nowhere/run", COMPLAINT_MAP, "no disk"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(the_same_words_are_no_news),
		IN_SCRATCH(the_same_words_only_date_the_file),
		IN_SCRATCH(withdrawn_it_is_news_again),
		IN_SCRATCH(the_longest_words_are_known_again),
		IN_SCRATCH(longer_words_are_known_by_their_beginning),
		IN_SCRATCH(a_missing_address_is_news_for_each_service),
		IN_SCRATCH(however_many_services_there_are_64_files),
		IN_SCRATCH(it_grows_old),
		IN_SCRATCH(made_again_it_is_young_again),
		IN_SCRATCH(where_it_cannot_be_kept_it_is_always_news),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
