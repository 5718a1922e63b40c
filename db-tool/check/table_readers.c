/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/table_readers.h"

#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <sys/stat.h>

#define NAMES 16384
#define GROUPS 64

static bool user_by_name(const char *name, struct passwd *entry, char names[static NAMES])
{
	struct passwd *found = NULL;

	return name[0] != '\0' && getpwnam_r(name, entry, names, NAMES, &found) == 0 &&
	       found;
}

bool table_is_read_by(const char *path, const char *user)
{
	struct passwd entry = { 0 };
	char names[NAMES];
	struct stat file;

	if (stat(path, &file) < 0 || file.st_mode & S_IROTH)
		return true;
	return file.st_mode & S_IRUSR &&
	       (file.st_uid == 0 ||
		(user_by_name(user, &entry, names) && entry.pw_uid == file.st_uid));
}

static bool is_member(const struct passwd *user, gid_t group)
{
	gid_t groups[GROUPS];
	int count = GROUPS;

	if (getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0)
		count = GROUPS; /* there are more; the first ones are told */
	for (int i = 0; i < count; i++)
		if (groups[i] == group)
			return true;
	return false;
}

bool table_is_read_as(const char *path, const char *user)
{
	struct passwd entry = { 0 };
	char names[NAMES];
	struct stat file;

	if (stat(path, &file) < 0 || !user_by_name(user, &entry, names))
		return true;
	if (file.st_uid == entry.pw_uid)
		return file.st_mode & S_IRUSR;
	if (is_member(&entry, file.st_gid))
		return file.st_mode & S_IRGRP;
	return file.st_mode & S_IROTH;
}
