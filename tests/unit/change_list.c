/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/change_list.h"

#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct map_bytes bytes_of(const char *text)
{
	return (struct map_bytes){ .data = text, .size = strlen(text) };
}

/* Each change as "key=value " or "-key ". */
static const char *text_of(const struct change_list *list, char *text, size_t room)
{
	struct change change;
	size_t at = 0, length = 0;
	int found;

	text[0] = '\0';
	while ((found = change_list_next(list, &at, &change)) > 0)
		length += (size_t)snprintf(
			text + length, room - length,
			change.value.data ? "%.*s=%.*s " : "-%.*s ", (int)change.key.size,
			(const char *)change.key.data, (int)change.value.size,
			(const char *)change.value.data);
	return found < 0 ? "(bad)" : text;
}

static void changes_come_back_in_their_order(void **state)
{
	struct change_list list = { 0 }, tail = { 0 };
	char text[128];

	(void)state;
	check_text("nothing", text_of(&list, text, sizeof(text)), "");
	change_list_put(&list, bytes_of("a"), bytes_of("1"));
	change_list_remove(&list, bytes_of("a"));
	change_list_put(&list, bytes_of("a"), bytes_of(""));
	change_list_put(&list, bytes_of(""), bytes_of("empty key"));
	check_text("four", text_of(&list, text, sizeof(text)), "a=1 -a a= =empty key ");

	change_list_append(&tail, &list);
	change_list_put(&tail, bytes_of("b"), bytes_of("2"));
	change_list_append(&list, &tail);
	check_text("and five", text_of(&list, text, sizeof(text)),
		   "a=1 -a a= =empty key a=1 -a a= =empty key b=2 ");
	change_list_free(&list);
	change_list_free(&tail);
	check_text("freed", text_of(&list, text, sizeof(text)), "");
}

/* Bytes, not text: a NUL is one like any other. */
static void a_nul_is_kept(void **state)
{
	struct change_list list = { 0 };
	struct change change;
	size_t at = 0;

	(void)state;
	change_list_put(&list, (struct map_bytes){ "k\0y", 4 },
			(struct map_bytes){ "v\0", 3 });
	check_int("found", change_list_next(&list, &at, &change), 1);
	check_int("key", change.key.size == 4 && memcmp(change.key.data, "k\0y", 4) == 0,
		  1);
	check_int("value", change.value.size == 3, 1);
	change_list_free(&list);
}

static void a_list_has_a_bound(void **state)
{
	struct change_list list = { 0 }, other = { 0 };
	char big[CHANGE_LIST_MAX / 4];

	(void)state;
	memset(big, 'x', sizeof(big));
	for (int i = 0; i < 3; i++)
		change_list_put(&list, bytes_of("k"),
				(struct map_bytes){ big, sizeof(big) });
	check_false("three quarters", list.cut);
	change_list_put(&list, bytes_of("k"), (struct map_bytes){ big, sizeof(big) });
	check_true("beyond", list.cut);
	change_list_put(&list, bytes_of("k"), bytes_of("v"));
	check_true("it stays", list.cut);
	change_list_append(&other, &list);
	check_true("and is handed on", other.cut);
	change_list_free(&list);
	check_false("until freed", list.cut);
	change_list_free(&other);

	change_list_put(&list, (struct map_bytes){ big, (size_t)-1 }, bytes_of("v"));
	check_true("a size that would overflow", list.cut);
	change_list_free(&list);
}

/* Cut off anywhere but between two changes, it is bad, and nothing behind it is read. */
static void a_cut_block_is_noticed(void **state)
{
	struct change_list list = { 0 };
	char text[64];

	(void)state;
	change_list_put(&list, bytes_of("key"), bytes_of("value"));
	const size_t first = list.size;
	change_list_remove(&list, bytes_of("other"));
	const size_t whole = list.size;
	for (size_t size = 1; size < whole; size++) {
		char *exact = malloc(size); /* a sanitizer sees a read behind it */
		assert_non_null(exact);
		memcpy(exact, list.bytes, size);
		const struct change_list cut = { .bytes = exact, .size = size };
		check_text("cut", text_of(&cut, text, sizeof(text)),
			   size == first ? "key=value " : "(bad)");
		free(exact);
	}
	list.size = whole;
	change_list_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_come_back_in_their_order),
		cmocka_unit_test(a_nul_is_kept),
		cmocka_unit_test(a_list_has_a_bound),
		cmocka_unit_test(a_cut_block_is_noticed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
