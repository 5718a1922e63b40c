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
				    "defer_unauth_destination" };

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

/* Where in main.cf strangers are refused: ours goes before that. */
static bool find_end(const char *text, struct span *ret)
{
	for (size_t i = 0; i < 2; i++) {
		struct span line, value;
		if (!text_assignment(text, places[i], TEXT_FOLDED, &line, &value))
			continue;
		struct span first = { 0 };
		for (size_t j = 0; j < 2; j++) {
			struct span end;
			if (text_has_word(text, value, ends[j], &end) &&
			    (first.size == 0 || end.at < first.at))
				first = end;
		}
		if (first.size > 0) {
			*ret = first;
			return true;
		}
	}
	return false;
}

static bool is_asked(const char *text, const char *table)
{
	struct span line, value, word;

	for (size_t i = 0; i < 2; i++)
		if (text_assignment(text, places[i], TEXT_FOLDED, &line, &value) &&
		    text_has_word(text, value, table, &word))
			return true;
	return false;
}

/* The value that Postfix has where main.cf has none, as a line with ours in it. */
static int add_default(struct plan_file *file, const char *table, struct why *why)
{
	cleanup_program_output struct program_output value = { 0 };
	cleanup_free char *text = NULL, *check = NULL;
	struct span end;

	int error = postconf("-xh", RELAY, &value, why);
	if (error < 0)
		return error;
	value.out[strcspn(value.out, "\n")] = '\0';
	if (asprintf(&text, RELAY " = %s\n", value.out) < 0 ||
	    asprintf(&check, CHECK " %s ", table) < 0)
		return why_set(why, -ENOMEM, "cannot change " MAIN);
	struct span line, is;
	if (text_assignment(file->text, RELAY, TEXT_FOLDED, &line, &is) ||
	    !find_end(text, &end))
		return why_say(why, -EINVAL,
			       MAIN ": neither " RELAY " nor " RECIPIENT
				    " has reject_unauth_destination, to put '" CHECK
				    " %s' before",
			       table);
	error = text_insert(&text, end.at, check);
	if (error == 0)
		error = text_add_marked(&file->text, text);
	return error < 0 ? why_set(why, error, "cannot change " MAIN) : 0;
}

static int add_check(struct plan_file *file, const char *table, struct why *why)
{
	cleanup_free char *check = NULL;
	struct span end;

	if (is_asked(file->text, table))
		return 0;
	if (!find_end(file->text, &end))
		return add_default(file, table, why);
	if (asprintf(&check, CHECK " %s ", table) < 0 ||
	    text_insert(&file->text, end.at, check) < 0)
		return why_set(why, -ENOMEM, "cannot change " MAIN);
	return 0;
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

static void cut_checks(char *text, const char *table)
{
	struct span line, value, word, check;

	for (size_t i = 0; i < 2; i++)
		while (text_assignment(text, places[i], TEXT_FOLDED, &line, &value) &&
		       text_has_word(text, value, table, &word) &&
		       span_of_check(text, word, &check))
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
		error = add_check(file, table, why);
	return error != 0 ? error : reload(plan, file, why);
}
