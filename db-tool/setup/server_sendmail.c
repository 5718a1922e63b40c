/* SPDX-License-Identifier: BSD-2-Clause */
/* docs/guide/sendmail.md: its own table, which it must have been told of */
#include "base/why.h"
#include "core/settings.h"
#include "db-tool/program.h"
#include "db-tool/setup/conf_mta.h"
#include "db-tool/setup/part.h"
#include "db-tool/setup/plan.h"
#include "db-tool/setup/text_edit.h"
#include "db-tool/setup/units.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "/etc/mail"
#define CF FOLDER "/sendmail.cf"
#define MC FOLDER "/sendmail.mc"
#define FEATURE "FEATURE(`access_db'"

/* A line of the text begins so. */
static bool has_line(const char *text, const char *begin)
{
	for (; *text; text += text_line(text))
		if (strncmp(text, begin, strlen(begin)) == 0)
			return true;
	return false;
}

static bool can_make(void)
{
	return access(FOLDER "/Makefile", R_OK) == 0 && program_is_there("make");
}

/* sendmail.cf has the table, or will have it from sendmail.mc. */
static int feature(struct plan *plan, bool *ret_missing, struct why *why)
{
	struct plan_file *cf, *mc;

	int error =
		plan_needs_file(plan, CF, "apt install sendmail, then again", &cf, why);
	if (error < 0)
		return error;
	if (has_line(cf->text, "Kaccess "))
		return 0;
	error = plan_file(plan, MC, &mc, why);
	if (error < 0 && error != -ENOENT)
		return error;
	if (mc->text && has_line(mc->text, FEATURE) && can_make()) {
		*ret_missing = true;
		return 0;
	}
	return why_say(why, -EINVAL,
		       CF " has no access table: write " FEATURE ")dnl into " MC
			  ", run make -C " FOLDER ", then again");
}

int part_sendmail(struct plan *plan, const struct part *part, struct why *why)
{
	struct conf_table table;
	bool make = false, has_no_feature = false;

	if (plan->remove)
		return conf_mta_unset(plan, part, why);
	int error = conf_mta_set(plan, part, why);
	if (error == 0)
		error = feature(plan, &has_no_feature, why);
	if (error < 0)
		return error;
	conf_table_of(plan, part, &table);
	if (access(table.path, F_OK) < 0) {
		if (!can_make())
			return why_say(why, -ENOENT,
				       "there is no %s: makemap hash " FOLDER
				       "/access < " FOLDER "/access, then again",
				       table.path);
		make = true;
	}
	if (has_no_feature)
		error = PLAN_RUN(plan, why, "make", "-C", FOLDER, "sendmail.cf");
	if (make && error == 0)
		error = PLAN_RUN(plan, why, "make", "-C", FOLDER);
	if (has_no_feature && error == 0 && access("/run/systemd/system", F_OK) == 0)
		error = PLAN_RUN(plan, why, "systemctl", "restart", "sendmail.service");
	return error < 0 ? error : units_on(plan, make, why);
}
