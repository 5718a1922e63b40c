/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/why.h"

#include "check.h"

#include <errno.h>
#include <string.h>

static void set_adds_the_meaning(void **state)
{
	struct why why = { 0 };

	(void)state;
	check_int("returns it", why_set(&why, -ENOENT, "cannot open '%s'", "/x"),
		  -ENOENT);
	check_int("error", why.error, -ENOENT);
	check_text("text", why.text, "cannot open '/x': No such file or directory");
	(void)why_set(&why, -EACCES, "later");
	check_text("a later one overwrites", why.text, "later: Permission denied");
	(void)why_set(&why, -99999, "odd");
	check_text("no such error", why.text, "odd: unknown error");
}

static void say_says_it_alone(void **state)
{
	struct why why = { 0 };

	(void)state;
	check_int("returns it", why_say(&why, -EINVAL, "%d is too much", 7), -EINVAL);
	check_int("error", why.error, -EINVAL);
	check_text("text", why.text, "7 is too much");
}

static void nobody_need_know(void **state)
{
	(void)state;
	check_int("set", why_set(NULL, -EIO, "x"), -EIO);
	check_int("say", why_say(NULL, -EIO, "x"), -EIO);
}

static void a_long_text_is_cut(void **state)
{
	char text[4 * WHY_MAX];
	struct {
		struct why why;
		char guard;
	} guarded = { .guard = 'g' };

	(void)state;
	for (size_t size = WHY_MAX - 40; size < sizeof(text); size += 7) {
		memset(text, 'x', sizeof(text));
		text[size] = '\0';
		(void)why_set(&guarded.why, -ENOENT, "%s", text);
		check_true("cut", strlen(guarded.why.text) < WHY_MAX);
		(void)why_say(&guarded.why, -ENOENT, "%s", text);
		check_true("cut", strlen(guarded.why.text) < WHY_MAX);
		check_int("guard", guarded.guard, 'g');
	}
}

#define BEFORE "the table "
#define CURE " is damaged; rebuild it from its text with makemap"

/* A path may be longer than all the room there is. What is before it and the cure
 * behind it are what helps. */
static void a_long_path_is_cut_in_the_middle(void **state)
{
	struct why why = { 0 };
	char path[4096];

	(void)state;
	for (size_t size = 300; size < sizeof(path); size += 97) {
		memset(path, 'd', size);
		memcpy(path, "/first/", strlen("/first/"));
		strcpy(path + size - strlen("/last.db"), "/last.db");
		(void)why_say(&why, -EBADMSG, BEFORE "%s" CURE, path);
		check_contains("said", why.text, BEFORE "/first/");
		check_contains("said", why.text, "/last.db" CURE);
		check_true("cut", (strstr(why.text, "...") != NULL) ==
					  (size >= WHY_MAX - strlen(BEFORE CURE)));
		(void)why_set(&why, -EXDEV, "cannot exchange %s for %s in %s", path, path,
			      path);
		check_contains("set", why.text, "cannot exchange /first/");
		check_contains("set", why.text, "/last.db for /first/");
		check_contains("set", why.text, "/last.db in /first/");
		check_contains("set", why.text, "/last.db: Invalid cross-device link");
	}
}

static void many_words_are_cut_at_the_end(void **state)
{
	struct why why = { 0 };
	char text[2 * WHY_MAX];

	(void)state;
	memset(text, 'w', sizeof(text));
	for (size_t i = 3; i < sizeof(text); i += 4)
		text[i] = ' ';
	text[sizeof(text) - 1] = '\0';
	(void)why_set(&why, -EXDEV, "%s", text);
	check_int("length", strlen(why.text), WHY_MAX - 1);
	check_contains("meaning", why.text, ": Invalid cross-device link");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_adds_the_meaning),
		cmocka_unit_test(say_says_it_alone),
		cmocka_unit_test(nobody_need_know),
		cmocka_unit_test(a_long_text_is_cut),
		cmocka_unit_test(a_long_path_is_cut_in_the_middle),
		cmocka_unit_test(many_words_are_cut_at_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
