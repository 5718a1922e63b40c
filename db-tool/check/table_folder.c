/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/table_folder.h"

#include "db-tool/check/probe.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define USERS 1000 /* from here on people, not daemons */

static const struct fault writable = {
	"table-folder-writable", SEVERITY_ERROR,
	"Who may write it can put another table there, and sendmail refuses such a one."
};
static const struct fault owner = {
	"table-folder-owner", SEVERITY_ERROR,
	"Its owner can put another table there, and so open the relay for anybody."
};

/* Where the sticky bit is, others' files are safe; /tmp is no good place all the same. */
static void look_at(struct check *check, const char *path)
{
	struct finding *found;
	struct stat folder;

	if (stat(path, &folder) < 0)
		return;
	if (folder.st_mode & (S_IWGRP | S_IWOTH) && !(folder.st_mode & S_ISVTX)) {
		found = finding_add(&check->findings, &writable, path);
		finding_what(found,
			     "The folder %s may be written by others than its owner.",
			     path);
		finding_mend(found, "chmod go-w %s", path);
		check->server_is_bad = true;
	}
	/* What is wrong with the state folder is told there. */
	if (folder.st_uid < USERS || is_below(path, check->settings->state_dir))
		return;
	found = finding_add(&check->findings, &owner, path);
	finding_what(found, "The folder %s belongs to user %u, which is no daemon's.",
		     path, (unsigned)folder.st_uid);
	finding_mend(found, "chown root %s", path);
}

void table_folder_look(struct check *check)
{
	char path[SETTINGS_PATH];
	char *slash;

	(void)snprintf(path, sizeof(path), "%s", check->settings->map_path);
	while ((slash = strrchr(path, '/')) && slash != path) {
		*slash = '\0';
		look_at(check, path);
	}
	look_at(check, "/");
}
