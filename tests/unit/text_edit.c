/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines that are added and replaced, and taken out again to the byte. */
#include "db-tool/setup/text_edit.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

static char *copy(const char *text)
{
	char *made = strdup(text);

	assert_non_null(made);
	return made;
}

/* text, with a line added, with the line of `name` replaced */
static const struct {
	const char *label, *text, *added, *replaced;
} texts[] = {
	{ "a usual file", "a=1\nname=old\nb=2\n",
	  "a=1\nname=old\nb=2\n# sapdb setup, not there before:\nnew=1\n",
	  "a=1\n# sapdb setup, was: name=old\nname=new\nb=2\n" },
	{ "no newline at its end", "a=1\nname=old",
	  "# sapdb setup, not there before:\nnew=1\na=1\nname=old",
	  "a=1\n# sapdb setup, was: name=old\nname=new" },
	{ "one line", "name=old\n", "name=old\n# sapdb setup, not there before:\nnew=1\n",
	  "# sapdb setup, was: name=old\nname=new\n" },
	{ "blanks", "  name = old  \n",
	  "  name = old  \n# sapdb setup, not there before:\nnew=1\n",
	  "# sapdb setup, was:   name = old  \nname=new\n" },
};

static void add_and_unmark(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		char *text = copy(texts[i].text);
		assert_int_equal(text_add_marked(&text, "new=1\n"), 0);
		check_text(texts[i].label, text, texts[i].added);
		text_unmark(text, "other");
		check_text(texts[i].label, text, texts[i].added);
		text_unmark(text, "new");
		check_text(texts[i].label, text, texts[i].text);
		free(text);
	}
}

static void replace_and_unmark(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		char *text = copy(texts[i].text);
		struct span line, value;
		assert_true(text_assignment(text, "name", TEXT_EQUALS, &line, &value));
		assert_int_equal(text_replace_marked(&text, line, "name=new\n"), 0);
		check_text(texts[i].label, text, texts[i].replaced);
		text_unmark(text, "name");
		check_text(texts[i].label, text, texts[i].text);
		free(text);
	}
}

/* The administrator has changed what we wrote: his line stays. */
static void unmark_leaves_what_is_not_ours(void **state)
{
	static const char *const left[] = {
		"# sapdb setup, was: name=old\nother=1\n",
		"# sapdb setup, not there before:\nother=1\n",
		"# sapdb setup, was: name=old\n",
		"name=1\n",
		"",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(left); i++) {
		char *text = copy(left[i]);
		text_unmark(text, "name");
		check_text(left[i], text, left[i]);
		free(text);
	}
}

static const struct {
	const char *label, *text, *name;
	enum text_form form;
	const char *line, *value; /* NULL: not there */
} assignments[] = {
	{ "plain", "a=1\nb=2\n", "b", TEXT_EQUALS, "b=2\n", "2" },
	{ "blanks", " b\t= 2 \n", "b", TEXT_EQUALS, " b\t= 2 \n", "2" },
	{ "the last one counts", "b=1\nb=2\n", "b", TEXT_EQUALS, "b=2\n", "2" },
	{ "a comment", "#b=1\n # b=2\n", "b", TEXT_EQUALS, NULL, NULL },
	{ "a longer name", "bb=1\n", "b", TEXT_EQUALS, NULL, NULL },
	{ "a shorter name", "b=1\n", "bb", TEXT_EQUALS, NULL, NULL },
	{ "a colon", "b: x y\n", "b", TEXT_COLON, "b: x y\n", "x y" },
	{ "another sign", "b: 1\n", "b", TEXT_EQUALS, NULL, NULL },
	{ "empty", "b =\n", "b", TEXT_EQUALS, "b =\n", "" },
	{ "no newline", "b = 1", "b", TEXT_EQUALS, "b = 1", "1" },
	{ "folded", "b = 1\n  2\nc = 3\n", "b", TEXT_FOLDED, "b = 1\n  2\n", "1\n  2" },
	{ "folded around a comment", "b =\n# no\n\n  2\n# end\nc = 3\n", "b", TEXT_FOLDED,
	  "b =\n# no\n\n  2\n", "\n# no\n\n  2" },
	{ "a folded line is no name", "a = 1\n  b = 2\n", "b", TEXT_FOLDED, NULL, NULL },
	{ "folded at the end", "b = 1\n\t2", "b", TEXT_FOLDED, "b = 1\n\t2", "1\n\t2" },
};

static void assignment(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(assignments); i++) {
		const char *text = assignments[i].text;
		struct span line, value;
		char part[128] = "";
		const bool found = text_assignment(text, assignments[i].name,
						   assignments[i].form, &line, &value);
		check_int(assignments[i].label, found, assignments[i].line != NULL);
		if (!found)
			continue;
		memcpy(part, text + line.at, line.size);
		check_text(assignments[i].label, part, assignments[i].line);
		memset(part, 0, sizeof(part));
		memcpy(part, text + value.at, value.size);
		check_text(assignments[i].label, part, assignments[i].value);
	}
}

static const struct {
	const char *label, *text, *word;
	bool there;
} words[] = {
	{ "first", "x y", "x", true },
	{ "last", "x y", "y", true },
	{ "part of one", "xy z", "x", false },
	{ "quoted", "\"-c -m /run\"", "-c", true },
	{ "commas", "a,b, c", "b", true },
	{ "a comment between", "a\n# b\n c", "b", false },
	{ "behind the comment", "a\n# b\n c", "c", true },
	{ "none", "", "x", false },
};

static void has_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		struct span word;
		const bool there = text_has_word(
			words[i].text, (struct span){ 0, strlen(words[i].text) },
			words[i].word, &word);
		check_int(words[i].label, there, words[i].there);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add_and_unmark),
		cmocka_unit_test(replace_and_unmark),
		cmocka_unit_test(unmark_leaves_what_is_not_ours),
		cmocka_unit_test(assignment),
		cmocka_unit_test(has_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
