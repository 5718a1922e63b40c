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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_adds_the_meaning),
		cmocka_unit_test(say_says_it_alone),
		cmocka_unit_test(nobody_need_know),
		cmocka_unit_test(a_long_text_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
