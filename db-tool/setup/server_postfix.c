/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * docs/guide/postfix.md: a table of ours, asked before strangers are refused
 *
 * main.cf is changed here and not by `postconf -e`: that would write the administrator's
 * folded lines anew, and nothing could bring them back as they were.
 */
#include "base/cleanup.h"
#include "base/why.h"
#include "core/settings.h"
#include "db-tool/program.h"
#include "db-tool/setup/conf_mta.h"
#include "db-tool/setup/part.h"
#include "db-tool/setup/plan.h"
#include "db-tool/setup/text_edit.h"
#include "db-tool/setup/units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAIN "/etc/postfix/main.cf"
#define RELAY "smtpd_relay_restrictions"
#define RECIPIENT "smtpd_recipient_restrictions"
#define CHECK "check_client_access"
#define POSTCONF_MS 20000

static const char *const places[] = { RELAY, RECIPIENT };
static const char *const ends[] = { "reject_unauth_destination",
				    "defer_unauth_destination", "reject", "defer" };

/* As Postfix names it: without the suffix. */
static int table_name(const struct plan *plan, const struct part *part, char **ret)
{
	struct conf_table table;

	conf_table_of(plan, part, &table);
	char *dot = strrchr(table.path, '.');
	if (dot && dot > strrchr(table.path, '/'))
		*dot = '\0';
	return asprintf(ret, "%s:%s", table.type, table.path) < 0 ? -ENOMEM : 0;
}

static int postconf(const char *option, const char *name, struct program_output *ret,
		    struct why *why)
{
	const struct program program = {
		.argv = (const char *const[]){ "postconf", option, name, NULL },
		.input_fd = -1,
		.milliseconds = POSTCONF_MS,
	};

	const int error = program_run(&program, ret, why);
	if (error == -ENOENT)
		return why_say(why, error,
			       "postfix is not here: apt install postfix "
			       "postfix-lmdb, then again");
	if (error == 0 && ret->status != 0)
		return why_say(why, -EIO, "postconf says: %.*s",
			       (int)strcspn(ret->err, "\n"), ret->err);
	return error;
}

static int knows_type(const char *table, struct why *why)
{
	cleanup_program_output struct program_output types = { 0 };
	const struct span type = { 0, strcspn(table, ":") };
	cleanup_free char *word = strndup(table, type.size);
	struct span found;

	if (!word)
		return why_set(why, -ENOMEM, "cannot ask postconf");
	const int error = postconf("-m", NULL, &types, why);
	if (error < 0)
		return error;
	if (text_has_word(types.out, (struct span){ 0, types.out_size }, word, &found))
		return 0;
	return why_say(
		why, -ENOENT,
		"this Postfix has no %s tables: apt install postfix-%s, then again", word,
		word);
}

/* Where in a list strangers are refused: ours goes before that. */
static bool find_end(const char *text, struct span value, struct span *ret)
{
	struct span first = { 0 }, end;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (text_has_word(text, value, ends[i], &end) &&
		    (first.size == 0 || end.at < first.at))
			first = end;
	*ret = first;
	return first.size > 0;
}

/* Not a check of what the client says, and on one line with it or not. */
static bool is_checked(const char *text, size_t at)
{
	const size_t length = strlen(CHECK);

	while (at > 0 && strchr(" \t\n,", text[at - 1]))
		at--;
	return at >= length && strncmp(text + at - length, CHECK, length) == 0;
}

static bool is_asked(const char *text, struct span list, const char *table)
{
	const size_t end = list.at + list.size;
	struct span word;

	while (text_has_word(text, list, table, &word)) {
		if (is_checked(text, word.at))
			return true;
		list.at = word.at + word.size;
		list.size = end - list.at;
	}
	return false;
}

static int insert_check(char **text, size_t at, const char *table)
{
	cleanup_free char *check = NULL;

	if (asprintf(&check, CHECK " %s ", table) < 0)
		return -ENOMEM;
	return text_insert(text, at, check);
}

/* The value that Postfix has where main.cf has none, as a line with ours in it. */
static int add_default(struct plan_file *file, const char *table, bool *asked,
		       struct why *why)
{
	cleanup_program_output struct program_output value = { 0 };
	cleanup_free char *text = NULL;
	struct span end;

	int error = postconf("-xh", RELAY, &value, why);
	if (error < 0)
		return error;
	value.out[strcspn(value.out, "\n")] = '\0';
	if (asprintf(&text, RELAY " = %s\n", value.out) < 0)
		return why_set(why, -ENOMEM, "cannot change " MAIN);
	if (!find_end(text, (struct span){ 0, strlen(text) }, &end))
		return 0;
	*asked = true;
	error = insert_check(&text, end.at, table);
	if (error == 0)
		error = text_add_marked(&file->text, text);
	return error < 0 ? why_set(why, error, "cannot change " MAIN) : 0;
}

static int add_to_list(struct plan_file *file, struct span list, const char *table,
		       bool *asked, struct why *why)
{
	struct span end;
	const bool refuses = find_end(file->text, list, &end);
	const struct span in_time = {
		list.at,
		refuses ? end.at - list.at : list.size,
	};

	if (is_asked(file->text, in_time, table)) {
		*asked = true;
		return 0;
	}
	if (!refuses)
		return 0;
	*asked = true;
	const int error = insert_check(&file->text, end.at, table);
	return error < 0 ? why_set(why, error, "cannot change " MAIN) : 0;
}

/* Postfix goes through both lists: to be let through one is not enough. */
static int add_checks(struct plan_file *file, const char *table, struct why *why)
{
	struct span line, list;
	bool asked = false;
	int error = 0;

	for (size_t i = 0; i < 2 && error == 0; i++) {
		if (text_assignment(file->text, places[i], TEXT_FOLDED, &line, &list))
			error = add_to_list(file, list, table, &asked, why);
		else if (i == 0)
			error = add_default(file, table, &asked, why);
	}
	if (error < 0 || asked)
		return error;
	return why_say(why, -EINVAL,
		       MAIN ": neither " RELAY " nor " RECIPIENT
			    " has reject_unauth_destination, to put '" CHECK
			    " %s' before",
		       table);
}

static size_t blanks_before(const char *text, size_t at)
{
	size_t count = 0;

	while (count < at &&
	       (text[at - count - 1] == ' ' || text[at - count - 1] == '\t'))
		count++;
	return count;
}

/* The table's word, the check before it and what parts them from the next; on a line of
 * their own all of that line. False: the word is not behind our check. */
static bool span_of_check(const char *text, struct span word, struct span *ret)
{
	const size_t length = strlen(CHECK);
	size_t begin = word.at - blanks_before(text, word.at);

	if (begin < length || strncmp(text + begin - length, CHECK, length) != 0)
		return false;
	begin -= length;
	size_t end = word.at + word.size;
	if (text[end] == ',')
		end++;
	const size_t before = blanks_before(text, begin);
	const size_t after = strspn(text + end, " \t");
	if (text[end + after] == '\n' && begin > before &&
	    text[begin - before - 1] == '\n') {
		begin -= before;
		end += after + 1;
	} else if (text[end] == ' ') {
		end++;
	}
	*ret = (struct span){ begin, end - begin };
	return true;
}

/* The first one that is ours. */
static bool find_check(const char *text, struct span list, const char *table,
		       struct span *ret)
{
	const size_t end = list.at + list.size;
	struct span word;

	while (text_has_word(text, list, table, &word)) {
		if (span_of_check(text, word, ret))
			return true;
		list.at = word.at + word.size;
		list.size = end - list.at;
	}
	return false;
}

static void cut_checks(char *text, const char *table)
{
	struct span line, list, check;

	for (size_t i = 0; i < 2; i++)
		while (text_assignment(text, places[i], TEXT_FOLDED, &line, &list) &&
		       find_check(text, list, table, &check))
			text_cut(text, check);
}

static int reload(struct plan *plan, const struct plan_file *file, struct why *why)
{
	if (!plan_file_changes(file) || !program_is_there("postfix") ||
	    access("/run/systemd/system", F_OK) < 0)
		return 0;
	return PLAN_RUN(plan, why, "systemctl", "reload-or-restart", "postfix.service");
}

static int take_out(struct plan *plan, const struct part *part, const char *table,
		    struct why *why)
{
	struct plan_file *file;

	int error = plan_file(plan, MAIN, &file, why);
	if (error == 0) {
		text_unmark(file->text, RELAY);
		cut_checks(file->text, table);
		error = reload(plan, file, why);
	} else if (error == -ENOENT) {
		error = 0;
	}
	return error < 0 ? error : conf_mta_unset(plan, part, why);
}

int part_postfix(struct plan *plan, const struct part *part, struct why *why)
{
	cleanup_free char *table = NULL;
	struct conf_table file_of;
	struct plan_file *file;

	if (table_name(plan, part, &table) < 0)
		return why_set(why, -ENOMEM, "cannot name the table");
	if (plan->remove)
		return take_out(plan, part, table, why);
	int error = knows_type(table, why);
	if (error == 0)
		error = conf_mta_set(plan, part, why);
	conf_table_of(plan, part, &file_of);
	/* Before Postfix hears of it: it answers 451 to everybody without it. */
	if (error == 0)
		error = units_on(plan, access(file_of.path, F_OK) < 0, why);
	if (error == 0)
		error = plan_needs_file(plan, MAIN, "apt install postfix, then again",
					&file, why);
	if (error == 0)
		error = add_checks(file, table, why);
	return error != 0 ? error : reload(plan, file, why);
}
