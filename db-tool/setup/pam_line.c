/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/setup/pam_line.h"

#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/why.h"
#include "db-tool/check/pam_order.h"
#include "db-tool/check/pam_stack.h"
#include "db-tool/setup/text_edit.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODULE "pam_sap.so"
#define WORDS " \t\n"
#define LINE_MOST 1024
#define MANY 100000L /* lines: more than any file has */

/* What a line says; a word that is not there is "". */
struct entry {
	char text[LINE_MOST];
	const char *type, *control, *module;
};

/* With the lines that a backslash joins to it. */
static size_t whole_line(const char *line)
{
	size_t size = text_line(line);

	while (size > 1 && line[size - 1] == '\n' && line[size - 2] == '\\' &&
	       line[size] != '\0')
		size += text_line(line + size);
	return size;
}

static const char *next_word(char **at)
{
	char *word = *at + strspn(*at, WORDS);
	const size_t length =
		word[0] == '[' ? strcspn(word, "]") + 1 : strcspn(word, WORDS);

	if (length > strlen(word)) {
		*at = word + strlen(word);
		return word;
	}
	*at = word + length;
	if (**at != '\0')
		*(*at)++ = '\0';
	return word;
}

static void parse(const char *line, size_t size, struct entry *entry)
{
	char *at = entry->text;

	(void)snprintf(entry->text, sizeof(entry->text), "%.*s", (int)size, line);
	at[strcspn(at, "#")] = '\0';
	for (char *joined = strstr(at, "\\\n"); joined; joined = strstr(at, "\\\n"))
		joined[0] = joined[1] = ' ';
	entry->type = next_word(&at);
	entry->control = next_word(&at);
	entry->module = next_word(&at);
	if (entry->type[0] == '-')
		entry->type++;
}

static bool is_ours(const struct entry *entry)
{
	const char *slash = strrchr(entry->module, '/');

	return strcmp(slash ? slash + 1 : entry->module, MODULE) == 0;
}

static bool decides_about_accounts(const struct entry *entry)
{
	return ascii_equal(entry->type, "account") ||
	       (ascii_equal(entry->type, "@include") &&
		strcmp(entry->control, "common-account") == 0);
}

/* What stands before ours. */
struct before {
	size_t place;	      /* behind the last of them; 0: there is none */
	bool there;	      /* ours is */
	struct entry last;    /* that decides about accounts */
	struct entry passing; /* whose success goes furthest */
	long lines, reach;    /* of accounts; the first one that it comes to */
};

/* How many lines a success passes over, as sapdb check judges it. */
static long passes_over(const struct entry *entry)
{
	struct pam_entry line = { .bracketed = entry->control[0] == '[' };

	(void)snprintf(line.control, sizeof(line.control), "%.*s",
		       (int)strcspn(entry->control + line.bracketed, "]"),
		       entry->control + line.bracketed);
	(void)snprintf(line.module, sizeof(line.module), "%.*s",
		       (int)sizeof(line.module) - 1, entry->module);
	const char *action = pam_order_on_success(&line);
	if (pam_order_chooses(&line))
		return 0;
	if (ascii_begins(action, "done") || ascii_begins(action, "die"))
		return MANY;
	const long lines = strtol(action, NULL, 10);
	return lines < MANY ? lines : MANY;
}

static bool is_many(const struct entry *entry)
{
	return !ascii_equal(entry->type, "account") ||
	       ascii_equal(entry->control, "include");
}

static void look_before(const char *text, struct before *ret)
{
	for (size_t at = 0, size; text[at] != '\0'; at += size) {
		struct entry entry;
		size = whole_line(text + at);
		parse(text + at, size, &entry);
		if (is_ours(&entry))
			ret->there = true;
		if (!decides_about_accounts(&entry))
			continue;
		ret->place = at + size;
		parse(text + at, size, &ret->last);
		/* Nobody counts what another file has. */
		ret->lines += is_many(&entry) ? MANY : 1;
		const long over = is_many(&entry) ? 0 : passes_over(&entry);
		if (over > 0 && ret->lines + over > ret->reach) {
			ret->reach = over == MANY ? LONG_MAX : ret->lines + over;
			parse(text + at, size, &ret->passing);
		}
	}
}

/* Nothing may keep libpam from coming to our line. */
static int judge(const struct before *before, struct why *why)
{
	const struct entry *last = &before->last, *passing = &before->passing;

	if (before->place == 0)
		return why_say(why, -EINVAL,
			       "it has no account line to stand behind: add one, such as "
			       "'@include common-account'");
	if (ascii_equal(last->type, "account") && ascii_equal(last->control, "include"))
		return why_say(why, -EINVAL,
			       "behind 'account include %s' a line may never be run: "
			       "write 'account substack %s'",
			       last->module, last->module);
	if (before->reach > before->lines)
		return why_say(why, -EINVAL,
			       "behind 'account %s %s' a line is not run: move the "
			       "account lines into a file of their own, and write "
			       "'account substack FILE' in their place",
			       passing->control, passing->module);
	return 0;
}

int pam_line_add(char **text, const char *arguments, struct why *why)
{
	struct before before = { 0 };
	cleanup_free char *line = NULL;

	look_before(*text, &before);
	if (before.there)
		return 0;
	const int error = judge(&before, why);
	if (error < 0)
		return error;
	const bool open_end = (*text)[before.place - 1] != '\n';
	if (asprintf(&line, "%s-account optional " MODULE "%s%s%s", open_end ? "\n" : "",
		     arguments[0] ? " " : "", arguments, open_end ? "" : "\n") < 0 ||
	    text_insert(text, before.place, line) < 0)
		return why_set(why, -ENOMEM, "cannot add the line");
	return 1;
}

/* [success=1 default=ignore] counts lines. */
static bool jumps(const struct entry *entry)
{
	for (const char *at = entry->control; (at = strchr(at, '=')); at++)
		if (ascii_is_digit(at[1]))
			return entry->control[0] == '[';
	return false;
}

static void cut_line(char *text, size_t at, size_t size)
{
	if (at > 0 && text[at + size - 1] != '\n')
		text_cut(text, (struct span){ at - 1, size + 1 });
	else
		text_cut(text, (struct span){ at, size });
}

int pam_line_remove(char *text, const char *type, struct why *why)
{
	struct entry entry, before = { .control = "", .type = "" };
	int changed = 0;

	for (size_t at = 0; text[at] != '\0';) {
		const size_t size = whole_line(text + at);
		parse(text + at, size, &entry);
		if (!is_ours(&entry) || (type && !ascii_equal(entry.type, type))) {
			at += size;
			if (entry.type[0] != '\0')
				parse(text + at - size, size, &before);
			continue;
		}
		if (jumps(&before) && ascii_equal(before.type, entry.type))
			return why_say(why, -EINVAL,
				       "the line before %s counts lines, '%s': take out "
				       "both by hand",
				       MODULE, before.control);
		cut_line(text, at, size);
		changed = 1;
		if (at > 0 && text[at - 1] != '\n')
			break; /* it was the last one */
	}
	return changed;
}
