/* SPDX-License-Identifier: BSD-2-Clause */
/* docs/guide/dovecot.md: way 1, an account line; way 2's session lines are taken out */
#include "base/why.h"
#include "db-tool/setup/pam_line.h"
#include "db-tool/setup/part.h"
#include "db-tool/setup/plan.h"

#include <errno.h>

/* An account line in them is Courier's, or Cyrus'. */
static const char *const by_protocol[] = { "/etc/pam.d/pop3", "/etc/pam.d/imap" };

int part_dovecot(struct plan *plan, const struct part *part, struct why *why)
{
	int error = part_pam_lines(plan, part, why);

	if (error < 0 || !plan->remove)
		return error;
	for (size_t i = 0; i < sizeof(by_protocol) / sizeof(by_protocol[0]); i++) {
		struct plan_file *file;
		struct why reason = { 0 };
		error = plan_file(plan, by_protocol[i], &file, why);
		if (error == -ENOENT)
			continue;
		if (error < 0)
			return error;
		error = pam_line_remove(file->text, "session", &reason);
		if (error < 0)
			return why_say(why, error, "%s: %s", file->path, reason.text);
	}
	return 0;
}
