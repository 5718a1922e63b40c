/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/setup/part.h"

#include "base/why.h"
#include "db-tool/setup/pam_line.h"
#include "db-tool/setup/plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PAM_FOLDER "/etc/pam.d/"

static const struct part parts[] = {
	{ .name = "sendmail",
	  .is_server = true,
	  .mta = MTA_SENDMAIL,
	  .plan = part_sendmail },
	{ .name = "postfix",
	  .is_server = true,
	  .mta = MTA_POSTFIX,
	  .plan = part_postfix },
	{ .name = "exim", .is_server = true, .mta = MTA_EXIM, .plan = part_exim },
	{ .name = "dovecot",
	  .plan = part_dovecot,
	  .services = { "dovecot" },
	  .arguments = "",
	  .package = "dovecot-pop3d" },
	{ .name = "courier",
	  .plan = part_courier,
	  .services = { "pop3", "imap" },
	  .arguments = "",
	  .package = "courier-pop" },
	/* Only these two may look for the client by way of the asker. */
	{ .name = "cyrus",
	  .plan = part_cyrus,
	  .services = { "pop", "imap" },
	  .arguments = "peer=rhost,stdin,unix",
	  .package = "cyrus-pop3d" },
	/* `fds` finds nothing under inetd, where `stdin` has found it. */
	{ .name = "mailutils",
	  .plan = part_mailutils,
	  .services = { "mailutils" },
	  .arguments = "peer=rhost,stdin,fds",
	  .package = "mailutils-pop3d" },
	{ .name = "popa3d",
	  .plan = part_pam_lines,
	  .services = { "popa3d" },
	  .arguments = "",
	  .package = "popa3d" },
	{ .name = "solid-pop3d",
	  .plan = part_pam_lines,
	  .services = { "solid-pop3d" },
	  .arguments = "",
	  .package = "solid-pop3d" },
};

const struct part *part_at(size_t index)
{
	return index < sizeof(parts) / sizeof(parts[0]) ? &parts[index] : NULL;
}

const struct part *part_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(parts[i].name, name) == 0)
			return &parts[i];
	return NULL;
}

static int change_line(struct plan *plan, const struct part *part, struct plan_file *file,
		       struct why *why)
{
	struct why reason = { 0 };
	const int changed = plan->remove
				    ? pam_line_remove(file->text, NULL, &reason)
				    : pam_line_add(&file->text, part->arguments, &reason);

	if (changed < 0)
		return why_say(why, changed, "%s: %s", file->path, reason.text);
	return 0;
}

/* Of two services one may not be installed, such as IMAP; of none there is no daemon. */
int part_pam_lines(struct plan *plan, const struct part *part, struct why *why)
{
	int found = 0;

	for (size_t i = 0; part->services[i]; i++) {
		char path[64];
		struct plan_file *file;
		(void)snprintf(path, sizeof(path), PAM_FOLDER "%s", part->services[i]);
		int error = plan_file(plan, path, &file, why);
		if (error == -ENOENT)
			continue;
		if (error == 0)
			error = change_line(plan, part, file, why);
		if (error < 0)
			return error;
		found++;
	}
	if (found > 0 || plan->remove)
		return 0;
	return why_say(why, -ENOENT,
		       "%s is not here, there is no " PAM_FOLDER
		       "%s: apt install %s, then again",
		       part->name, part->services[0], part->package);
}
