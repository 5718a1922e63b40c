/* SPDX-License-Identifier: BSD-2-Clause */
/* docs/guide/mailutils.md: Debian ships neither of its two files */
#include "base/why.h"
#include "db-tool/setup/part.h"
#include "db-tool/setup/plan.h"
#include "db-tool/setup/text_edit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONF "/etc/mailutils.conf"
#define SERVICE "/etc/pam.d/mailutils"
#define ASK_PAM "auth {\n  authentication pam;\n  authorization system;\n};\n"
#define PAM_FILE                                                                         \
	"@include common-auth\n@include common-account\n@include common-session\n"

static int make_file(struct plan *plan, const char *path, const char *text,
		     struct why *why)
{
	struct plan_file *file;

	const int error = plan_file(plan, path, &file, why);
	if (error != -ENOENT)
		return error;
	file->text = strdup(text);
	return file->text ? 0 : why_set(why, -ENOMEM, "cannot make %s", path);
}

static int drop_file(struct plan *plan, const char *path, const char *text,
		     struct why *why)
{
	struct plan_file *file;

	const int error = plan_file(plan, path, &file, why);
	if (error < 0)
		return error == -ENOENT ? 0 : error;
	if (strcmp(file->text, text) == 0) {
		free(file->text);
		file->text = NULL;
	}
	return 0;
}

/* Without it local users are looked up in the password file. */
static int asks_pam(struct plan *plan, struct why *why)
{
	struct plan_file *conf;

	const int error = plan_file(plan, CONF, &conf, why);
	if (error < 0)
		return error;
	const char *authentication = strstr(conf->text, "authentication");
	if (authentication && strncmp(authentication, "authentication pam",
				      strlen("authentication pam")) == 0)
		return 0;
	return why_say(why, -EINVAL,
		       CONF " does not ask PAM: write 'auth { authentication pam; "
			    "authorization system; };' into it, then again");
}

int part_mailutils(struct plan *plan, const struct part *part, struct why *why)
{
	int error = 0;

	if (plan->remove) {
		error = part_pam_lines(plan, part, why);
		if (error == 0)
			error = drop_file(plan, SERVICE, MADE_THIS_FILE PAM_FILE, why);
		return error < 0 ? error
				 : drop_file(plan, CONF, MADE_THIS_FILE ASK_PAM, why);
	}
	if (access("/usr/sbin/pop3d", X_OK) < 0 && access("/usr/sbin/imap4d", X_OK) < 0)
		return why_say(why, -ENOENT,
			       "mailutils is not here, there is no /usr/sbin/pop3d: apt "
			       "install %s, then again",
			       part->package);
	error = make_file(plan, CONF, MADE_THIS_FILE ASK_PAM, why);
	if (error == 0)
		error = asks_pam(plan, why);
	if (error == 0)
		error = make_file(plan, SERVICE, MADE_THIS_FILE PAM_FILE, why);
	return error < 0 ? error : part_pam_lines(plan, part, why);
}
