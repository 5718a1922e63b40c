/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/new_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* DIR/NAME and DIR/NAME/ become DIR/.NAME.new. */
static int temporary_of(const char *path, char temporary[static PATH_MAX])
{
	size_t end = strlen(path), name;

	while (end > 1 && path[end - 1] == '/')
		end--;
	for (name = end; name > 0 && path[name - 1] != '/';)
		name--;
	const int length = snprintf(temporary, PATH_MAX, "%.*s.%.*s.new", (int)name, path,
				    (int)(end - name), path + name);
	return length < 0 || length >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int new_folder(int at, const char *path, mode_t mode)
{
	char temporary[PATH_MAX];
	struct stat there;

	if (fstatat(at, path, &there, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	const int named = temporary_of(path, temporary);
	if (named < 0)
		return named;
	if (mkdirat(at, temporary, mode) < 0 && errno != EEXIST)
		return -errno;
	if (fchmodat(at, temporary, mode, 0) == 0 &&
	    renameat2(at, temporary, at, path, RENAME_NOREPLACE) == 0)
		return 0;
	const int error = -errno;
	/* Another process was quicker, with this one or with one of its own. */
	if (fstatat(at, path, &there, AT_SYMLINK_NOFOLLOW) < 0)
		return error;
	(void)unlinkat(at, temporary, AT_REMOVEDIR);
	return 0;
}
