/* SPDX-License-Identifier: BSD-2-Clause */
/* The table's file: of the right type, and nobody's who should not have it. */
#include "db-tool/check/probe.h"

#include "base/cleanup.h"
#include "core/own_table.h"
#include "db-tool/check/table_folder.h"
#include "map/file_format.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define USERS 1000 /* from here on people, not daemons */

#define UNUSABLE                                                                         \
	"The table can be neither changed nor, perhaps, read by the mail server: "

static const struct fault missing = { "table-missing", SEVERITY_ERROR,
				      "The mail server refuses or puts off what it "
				      "cannot look up, and nothing is opened." };
static const struct fault no_file = {
	"table-link", SEVERITY_ERROR,
	"A table is one plain file with one name: nothing is opened or closed otherwise."
};
static const struct fault type = { "table-type", SEVERITY_ERROR,
				   UNUSABLE "nothing is opened or closed." };
static const struct fault old = { "table-old-format", SEVERITY_ERROR,
				  UNUSABLE "nothing is opened or closed." };
static const struct fault cdb = { "table-cdb", SEVERITY_ERROR,
				  UNUSABLE "nothing is opened or closed." };
static const struct fault foreign = { "table-unknown", SEVERITY_ERROR,
				      UNUSABLE "nothing is opened or closed." };
static const struct fault owner = { "table-owner", SEVERITY_ERROR,
				    "Its owner may open the relay for anybody." };
static const struct fault mode = { "table-writable", SEVERITY_ERROR,
				   "Who may write it may open the relay for anybody." };

static struct finding *say(struct check *check, const struct fault *fault)
{
	check->table_is_bad = true;
	return finding_add(&check->findings, fault, check->settings->map_path);
}

/* The line that makes the table of its text, by the mail server's own tool. */
static void mend_by_making(struct finding *found, const struct settings *settings)
{
	const char *path = settings->map_path;
	const char *dot = strrchr(path, '.');
	const int length = (int)(dot ? (size_t)(dot - path) : strlen(path));

	if (own_table(settings))
		finding_mend(found, "rm -f %s; sapdb expire", path);
	else if (settings->mta == MTA_POSTFIX)
		finding_mend(found, "postmap %s:%.*s", settings->map_type, length, path);
	else if (strcmp(path, "/etc/mail/access.db") == 0 &&
		 is_there("/etc/mail/Makefile"))
		finding_mend(found, "rm -f %s; make -C /etc/mail access.db", path);
	else
		finding_mend(found, "rm -f %s; makemap %s %s <%.*s", path,
			     settings->map_type, path, length, path);
}

static const struct fault *fault_of(enum file_format format)
{
	switch (format) {
	case FORMAT_OLD_BERKELEY:
		return &old;
	case FORMAT_CDB:
		return &cdb;
	case FORMAT_OTHER:
		return &foreign;
	default:
		return &type;
	}
}

static void look_at_format(struct check *check, int fd)
{
	const struct settings *settings = check->settings;
	const char *what = "";

	const int format = file_format_of(fd, &what);
	if (format < 0)
		return;
	const char *found_type = file_format_type((enum file_format)format);
	if (found_type && strcmp(found_type, settings->map_type) == 0)
		return;
	struct finding *found = say(check, fault_of((enum file_format)format));
	finding_what(found, "%s is %s; the setting map asks for a table of type %s.",
		     settings->map_path, what, settings->map_type);
	mend_by_making(found, settings);
}

static void look_at_owner(struct check *check, const struct stat *file)
{
	const char *path = check->settings->map_path;
	struct finding *found;

	if (file->st_uid >= USERS) {
		check->server_is_bad = true; /* and cannot open it, perhaps */
		found = finding_add(&check->findings, &owner, path);
		finding_what(found, "%s belongs to user %u, which is no daemon's.", path,
			     (unsigned)file->st_uid);
		finding_mend(found, "chown --reference=\"$(dirname %s)\" %s", path, path);
	}
	if (file->st_mode & (S_IWGRP | S_IWOTH)) {
		found = finding_add(&check->findings, &mode, path);
		finding_what(found, "%s may be written by others than its owner.", path);
		finding_mend(found, "chmod go-w %s", path);
	}
}

static void look_at_file(struct check *check)
{
	const char *path = check->settings->map_path;
	cleanup_fd int fd = -1;
	struct stat file;

	if (lstat(path, &file) < 0) {
		struct finding *found = say(check, &missing);

		finding_what(found, "There is no table %s.", path);
		mend_by_making(found, check->settings);
		return;
	}
	if (!S_ISREG(file.st_mode) || file.st_nlink != 1) {
		struct finding *found = say(check, &no_file);

		finding_what(found, "%s is no plain file with one name: ls -li shows it.",
			     path);
		finding_mend(found,
			     "cp -a --remove-destination \"$(realpath %s)\" %s.new "
			     "&& mv -T %s.new %s",
			     path, path, path, path);
		return;
	}
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		look_at_format(check, fd);
	look_at_owner(check, &file);
}

bool probe_table(struct check *check)
{
	table_folder_look(check);
	look_at_file(check);
	return looked_at(check, "%s:%s", check->settings->map_type,
			 check->settings->map_path);
}
