/* SPDX-License-Identifier: BSD-2-Clause */
/* The settings file: may it be believed, and does it load? */
#include "db-tool/check/probe.h"

#include "base/why.h"
#include "db-tool/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct fault writable = { "conf-writable", SEVERITY_ERROR,
				       "Who may write it may open the relay for anybody; "
				       "so it is not read, and nothing is "
				       "opened or closed." };
static const struct fault owner = { "conf-owner", SEVERITY_ERROR,
				    "Its owner could open the relay for anybody; so it "
				    "is not read, and nothing is opened "
				    "or closed." };
static const struct fault mistake = {
	"conf-mistake", SEVERITY_ERROR,
	"With a mistake in it nothing of it counts, and nothing is opened or closed."
};

/* "FILE line 7: ...": 7, or 0. */
static long line_of(const char *text)
{
	const char *at = strstr(text, " line ");

	return at ? strtol(at + 6, NULL, 10) : 0;
}

static void say_mistake(struct check *check)
{
	const char *text = check->tool->settings_mistake.text;
	struct finding *found = finding_add(&check->findings, &mistake, check->conf);
	const long line = line_of(text);

	finding_what(found, "%s", text);
	if (line > 0)
		finding_mend(found, "${EDITOR:-vi} +%ld %s", line, check->conf);
	else
		finding_mend(found, "${EDITOR:-vi} %s", check->conf);
}

/* What settings_read_file() refuses, said one by one. */
static void say_distrust(struct check *check)
{
	struct finding *found;
	struct stat file;

	if (stat(check->conf, &file) == 0 && file.st_mode & (S_IWGRP | S_IWOTH)) {
		found = finding_add(&check->findings, &writable, check->conf);
		finding_what(found, "Others than its owner may write the settings file.");
		finding_mend(found, "chmod go-w %s", check->conf);
	} else {
		found = finding_add(&check->findings, &owner, check->conf);
		finding_what(found, "The settings file does not belong to root.");
		finding_mend(found, "chown root %s", check->conf);
	}
}

bool probe_conf(struct check *check)
{
	const int error = check->tool->settings_mistake.error;

	if (error == -EPERM)
		say_distrust(check);
	else if (error < 0)
		say_mistake(check);
	check->conf_is_bad = error < 0;
	return looked_at(check, "%s%s", check->conf,
			 is_there(check->conf) ? ""
					       : ", which is not there: the defaults");
}
