/* SPDX-License-Identifier: BSD-2-Clause */
/* docs/guide/courier.md: authdaemond has to ask PAM, as Debian's does */
#include "base/why.h"
#include "db-tool/setup/part.h"
#include "db-tool/setup/plan.h"
#include "db-tool/setup/text_edit.h"

#include <errno.h>

#define RC "/etc/courier/authdaemonrc"
#define LIST "authmodulelist"

int part_courier(struct plan *plan, const struct part *part, struct why *why)
{
	struct plan_file *rc;
	struct span line, value, word;

	if (plan->remove)
		return part_pam_lines(plan, part, why);
	const int error = plan_needs_file(
		plan, RC, "apt install courier-authdaemon courier-pop, then again", &rc,
		why);
	if (error < 0)
		return error;
	if (!text_assignment(rc->text, LIST, TEXT_EQUALS, &line, &value) ||
	    !text_has_word(rc->text, value, "authpam", &word))
		return why_say(why, -EINVAL,
			       "%s does not ask PAM: write " LIST
			       "=\"authpam\", systemctl restart courier-authdaemon, "
			       "then again",
			       RC);
	return part_pam_lines(plan, part, why);
}
