/* SPDX-License-Identifier: BSD-2-Clause */
/* The PAM lines: is there one for each daemon, and does libpam come to it? */
#include "db-tool/check/probe.h"

#include "base/why.h"
#include "db-tool/check/mail_daemon.h"
#include "db-tool/check/pam_order.h"
#include "db-tool/check/pam_place.h"
#include "db-tool/check/pam_stack.h"
#include "db-tool/check/text_file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static const struct fault missing = { "pam-line-missing", SEVERITY_ERROR,
				      "A login there opens nothing." };
static const struct fault one_missing = {
	"pam-line-not-here", SEVERITY_NOTE,
	"A login there opens nothing. Leave it so if that is what you want."
};
static const struct fault dead = { "pam-line-dead", SEVERITY_ERROR,
				   "The daemon makes no such call to PAM: the line is "
				   "never run, and nothing is opened." };
static const struct fault ended = { "pam-line-unreached", SEVERITY_ERROR,
				    "When that line succeeds the stack is over, and ours "
				    "is never run: nothing is opened." };
static const struct fault jumped = { "pam-line-jumped", SEVERITY_ERROR,
				     "When that line succeeds ours is passed over; it "
				     "may be run after a refusal instead." };
static const struct fault early = { "pam-line-early", SEVERITY_ERROR,
				    "It is run before libpam knows whether the account "
				    "is good: who is refused afterwards "
				    "has opened the relay." };
static const struct fault in_chain = {
	"pam-line-after-required", SEVERITY_WARNING,
	"Behind a failed required line ours is still in the chain: a daemon that calls "
	"setcred after a refusal opens the relay."
};

static const struct fault not_served = {
	"pam-service-not-served", SEVERITY_ERROR,
	"The setting services leaves this PAM service out: its line opens nothing."
};
static const struct fault argument = {
	"pam-line-argument", SEVERITY_ERROR,
	"With a mistake among its arguments the module opens nothing."
};

static const struct {
	const struct fault *fault;
	const char *place, *tail;
} troubles[] = {
	[LINE_ENDED] = { &ended, "stands behind", ", which ends the stack" },
	[LINE_JUMPED] = { &jumped, "is jumped over by", "" },
	[LINE_EARLY] = { &early, "stands before", ", which may still refuse" },
	[LINE_IN_CHAIN] = { &in_chain, "stands behind", ", required and not requisite" },
};

static void where_of(const struct pam_entry *entry, char where[static FINDING_WHERE])
{
	(void)snprintf(where, FINDING_WHERE, PAM_FOLDER "/%s line %u", entry->file,
		       entry->line);
}

/* For a line that the service has not, or that has to go behind all others. */
static void mend_with_line(struct finding *found, const char *file, const char *kind,
			   const char *arguments)
{
	finding_mend(
		found,
		"sed -i -e '/pam_sap/d' -e '$a -%s optional pam_sap.so%s%s' " PAM_FOLDER
		"/%s",
		kind, arguments[0] ? " " : "", arguments, file);
}

static void mend(struct finding *found, enum line_trouble trouble,
		 const struct pam_entry *ours, const struct pam_entry *by)
{
	const char *kind = pam_kind_name(ours->kind);

	if (trouble == LINE_EARLY)
		mend_with_line(found, ours->file, kind, ours->arguments);
	else if (trouble == LINE_IN_CHAIN)
		finding_mend(found, "sed -i '%us/required/requisite/' " PAM_FOLDER "/%s",
			     by->line, by->file);
	else if (strcmp(by->file, ours->file) == 0)
		/* Another control on that line may let nobody in, or anybody. */
		finding_mend(found,
			     "${EDITOR:-vi} +%u " PAM_FOLDER "/%s # the %s lines into a "
			     "file of their own, '%s substack FILE' in their place",
			     by->line, by->file, kind, kind);
	else
		finding_mend(found,
			     "sed -i -E -e 's/^(-?%s\\s+)include\\s/\\1substack /' "
			     "-e 's/^@include\\s+(%s)/%s substack \\1/' " PAM_FOLDER
			     "/%s",
			     kind, by->file, kind, ours->file);
}

static void judge_place(struct check *check, const struct pam_stack *stack, size_t ours)
{
	const struct pam_entry *own = &stack->entry[ours], *by = NULL;
	const enum line_trouble trouble = pam_order_judge(stack, ours, &by);
	char where[FINDING_WHERE];

	where_of(own, where);
	if (trouble == LINE_FINE ||
	    finding_is_there(&check->findings, troubles[trouble].fault, where))
		return;
	struct finding *found =
		finding_add(&check->findings, troubles[trouble].fault, where);
	finding_what(found, "The %s line of pam_sap.so %s %s (%s line %u)%s.",
		     pam_kind_name(own->kind), troubles[trouble].place,
		     pam_entry_module(by), by->file, by->line, troubles[trouble].tail);
	mend(found, trouble, own, by);
}

static void judge_arguments(struct check *check, const struct pam_entry *ours)
{
	struct settings settings = *check->settings;
	char text[PAM_ARGUMENTS], where[FINDING_WHERE], *rest = text, *word;
	struct why why = { 0 };

	(void)snprintf(text, sizeof(text), "%s", ours->arguments);
	where_of(ours, where);
	while ((word = text_next_word(&rest, NULL))) {
		if (strncmp(word, "conf=", 5) == 0 ||
		    settings_argument(&settings, word, &why) == 0 ||
		    finding_is_there(&check->findings, &argument, where))
			continue;
		struct finding *found = finding_add(&check->findings, &argument, where);
		finding_what(found, "An argument of pam_sap.so is wrong: %s.", why.text);
		finding_mend(found, "${EDITOR:-vi} +%u " PAM_FOLDER "/%s", ours->line,
			     ours->file);
	}
}

/* Who of the daemon's calls comes to a line of this kind. */
static bool is_called(const struct check *check, const struct mail_daemon *daemon,
		      enum pam_kind kind)
{
	const bool dovecot = mail_daemon_is_dovecot(daemon);

	if (kind == KIND_AUTH)
		return daemon->setcred ||
		       (dovecot && dovecot_conf_calls_setcred(&check->dovecot));
	/* A session line of Dovecot's has a probe of its own. */
	return kind == KIND_ACCOUNT || (kind == KIND_SESSION && dovecot);
}

static void judge_calls(struct check *check, const struct mail_daemon *daemon,
			const char *service, const struct pam_stack *stack)
{
	const struct pam_entry *last = NULL;

	for (size_t i = 0; i < stack->count; i++) {
		if (!pam_entry_is_ours(&stack->entry[i]))
			continue;
		if (is_called(check, daemon, stack->entry[i].kind))
			return;
		last = &stack->entry[i];
	}
	if (!last || pam_file_is_shared(last->file))
		return;
	struct finding *found = finding_add(&check->findings, &dead, service);
	finding_what(found,
		     "The only line of pam_sap.so for %s is of the type %s, which %s "
		     "never asks for.",
		     service, pam_kind_name(last->kind), daemon->name);
	mend_with_line(found, last->file, "account", last->arguments);
}

static bool judge_service(struct check *check, const struct mail_daemon *daemon,
			  const char *service)
{
	cleanup_pam_stack struct pam_stack stack = { 0 };
	bool any = false;

	if (pam_stack_read(PAM_FOLDER, service, &stack) < 0)
		return false;
	for (size_t i = 0; i < stack.count; i++) {
		const struct pam_entry *entry = &stack.entry[i];

		if (!pam_entry_is_ours(entry))
			continue;
		any = true;
		judge_arguments(check, entry);
		if (!pam_file_is_shared(entry->file))
			judge_place(check, &stack, i);
		if (strstr(entry->arguments, "services=") ||
		    settings_serve(check->settings, service) ||
		    finding_is_there(&check->findings, &not_served, service))
			continue;
		struct finding *found =
			finding_add(&check->findings, &not_served, service);
		finding_what(found, "services = %s does not name %s.",
			     check->settings->services, service);
		finding_mend(found, "sed -i -E 's/^(services *=.*)/\\1 %s/' %s", service,
			     check->conf);
	}
	judge_calls(check, daemon, service, &stack);
	return any;
}

static void say_missing(struct check *check, const struct fault *fault,
			const struct mail_daemon *daemon, const char *service)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), PAM_FOLDER "/%s", service);
	if (finding_is_there(&check->findings, fault, path))
		return;
	struct finding *found = finding_add(&check->findings, fault, path);
	finding_what(found, "The PAM service %s of %s has no line of pam_sap.so.",
		     service, daemon->name);
	if (is_there(path))
		mend_with_line(found, service, "account", "");
	else
		finding_mend(found,
			     "printf '%%s\\n' '@include common-auth' '@include "
			     "common-account' '-account optional pam_sap.so' >%s",
			     path);
}

/* A service of its own for each protocol: one may be left out on purpose. */
static bool look_at_daemon(struct check *check, const struct mail_daemon *daemon)
{
	char service[DOVECOT_WORD];
	bool with[MAIL_SERVICES * DOVECOT_PASSDBS] = { false }, any = false;
	const size_t most = sizeof(with) / sizeof(with[0]);

	for (size_t i = 0;
	     i < most && mail_daemon_service(daemon, &check->dovecot, i, service); i++)
		any |= with[i] = judge_service(check, daemon, service);
	for (size_t i = 0;
	     any && i < most && mail_daemon_service(daemon, &check->dovecot, i, service);
	     i++)
		if (!with[i])
			say_missing(check, &one_missing, daemon, service);
	return any;
}

static void look_at_lacking(struct check *check, const struct mail_daemon *daemon,
			    bool others)
{
	char service[DOVECOT_WORD];

	if (mail_daemon_service(daemon, &check->dovecot, 0, service))
		say_missing(check, others ? &one_missing : &missing, daemon, service);
}

bool probe_pam(struct check *check)
{
	const struct mail_daemon *daemon, *without[16] = { 0 };
	size_t lacking = 0, with = 0;
	char names[PROBE_ABOUT] = "";

	for (size_t i = 0; (daemon = mail_daemon_at(i)); i++) {
		if (!mail_daemon_is_here(daemon))
			continue;
		const size_t end = strlen(names);
		(void)snprintf(names + end, sizeof(names) - end, "%s%s",
			       end > 0 ? ", " : "", daemon->name);
		if (look_at_daemon(check, daemon))
			with++;
		else
			without[lacking++] = daemon;
	}
	for (size_t i = 0; i < lacking; i++)
		look_at_lacking(check, without[i], with > 0);
	if (lacking + with == 0)
		return not_here(check, "no POP3 or IMAP daemon that is known here");
	return looked_at(check, "the PAM services of %s", names);
}
