/* SPDX-License-Identifier: BSD-2-Clause */
/* docs/guide/cyrus.md: Cyrus asks saslauthd, which asks PAM each time */
#include "base/cleanup.h"
#include "base/why.h"
#include "db-tool/program.h"
#include "db-tool/setup/part.h"
#include "db-tool/setup/plan.h"
#include "db-tool/setup/text_edit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEFAULTS "/etc/default/saslauthd"
#define IMAPD "/etc/imapd.conf"

/* `name = value` stands there, or will: what was there is kept in a mark. */
static int set(struct plan_file *file, const char *name, enum text_form form,
	       const char *value)
{
	cleanup_free char *line = NULL;
	struct span at, is;

	if (asprintf(&line, "%s%s%s\n", name, form == TEXT_COLON ? ": " : "=", value) < 0)
		return -ENOMEM;
	if (!text_assignment(file->text, name, form, &at, &is))
		return text_add_marked(&file->text, line);
	if (is.size == strlen(value) && strncmp(file->text + is.at, value, is.size) == 0)
		return 0;
	return text_replace_marked(&file->text, at, line);
}

/* saslauthd's cache answers for eight hours, without PAM. */
static int without_cache(struct plan_file *file)
{
	cleanup_free char *options = NULL;
	struct span line, value, word;

	if (!text_assignment(file->text, "OPTIONS", TEXT_EQUALS, &line, &value) ||
	    !text_has_word(file->text, value, "-c", &word))
		return 0;
	const char *text = file->text;
	size_t rest = word.at + word.size;
	while (text[rest] == ' ')
		rest++;
	if (asprintf(&options, "%.*s%.*s", (int)(word.at - value.at), text + value.at,
		     (int)(value.at + value.size - rest), text + rest) < 0)
		return -ENOMEM;
	return set(file, "OPTIONS", TEXT_EQUALS, options);
}

static int saslauthd(struct plan *plan, struct why *why)
{
	struct plan_file *file;
	struct span line, value, word;

	int error = plan_needs_file(plan, DEFAULTS, "apt install sasl2-bin, then again",
				    &file, why);
	if (error < 0)
		return error;
	if (text_assignment(file->text, "MECHANISMS", TEXT_EQUALS, &line, &value) &&
	    !text_has_word(file->text, value, "pam", &word))
		return why_say(why, -EINVAL,
			       DEFAULTS
			       " does not ask PAM: write MECHANISMS=\"pam\" into "
			       "it, then again");
	error = without_cache(file);
	if (error == 0)
		error = set(file, "START", TEXT_EQUALS, "yes");
	return error < 0 ? why_set(why, error, "cannot change " DEFAULTS) : 0;
}

static int imapd(struct plan *plan, struct why *why)
{
	struct plan_file *file;

	int error = plan_needs_file(plan, IMAPD, "apt install cyrus-pop3d, then again",
				    &file, why);
	if (error < 0)
		return error;
	error = set(file, "sasl_pwcheck_method", TEXT_COLON, "saslauthd");
	if (error == 0)
		error = set(file, "sasl_mech_list", TEXT_COLON, "PLAIN LOGIN");
	return error < 0 ? why_set(why, error, "cannot change " IMAPD) : 0;
}

static int unmark(struct plan *plan, struct why *why)
{
	static const char *const marked[][2] = {
		{ DEFAULTS, "OPTIONS" },
		{ DEFAULTS, "START" },
		{ IMAPD, "sasl_pwcheck_method" },
		{ IMAPD, "sasl_mech_list" },
	};

	for (size_t i = 0; i < sizeof(marked) / sizeof(marked[0]); i++) {
		struct plan_file *file;
		const int error = plan_file(plan, marked[i][0], &file, why);
		if (error == 0)
			text_unmark(file->text, marked[i][1]);
		else if (error != -ENOENT)
			return error;
	}
	return 0;
}

/* Only when something of theirs has changed. */
static int restart(struct plan *plan, struct why *why)
{
	struct plan_file *file;
	bool changed = false;

	if (plan_file(plan, DEFAULTS, &file, why) == 0)
		changed |= plan_file_changes(file);
	if (plan_file(plan, IMAPD, &file, why) == 0)
		changed |= plan_file_changes(file);
	if (!changed || access("/run/systemd/system", F_OK) < 0)
		return 0;
	int error = plan->remove
			    ? 0
			    : PLAN_RUN(plan, why, "systemctl", "enable", "saslauthd");
	if (error == 0)
		error = PLAN_RUN(plan, why, "systemctl", "restart", "saslauthd",
				 "cyrus-imapd");
	return error;
}

int part_cyrus(struct plan *plan, const struct part *part, struct why *why)
{
	int error = part_pam_lines(plan, part, why);

	if (error == 0)
		error = plan->remove ? unmark(plan, why) : saslauthd(plan, why);
	if (error == 0 && !plan->remove)
		error = imapd(plan, why);
	return error < 0 ? error : restart(plan, why);
}
