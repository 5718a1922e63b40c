/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/shadow_name.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define SUFFIX ".pam_sap"

int shadow_name_of(const char *path, struct shadow_name *ret)
{
	const char *slash = strrchr(path, '/');

	if (path[0] != '/' || slash[1] == '\0')
		return -EINVAL;
	const size_t folder = slash == path ? 1 : (size_t)(slash - path);
	const size_t file = strlen(slash + 1);
	if (strlen(path) >= PATH_MAX ||
	    file + sizeof("." SUFFIX ".1") > sizeof(ret->copy))
		return -ENAMETOOLONG;

	memcpy(ret->path, path, strlen(path) + 1);
	memcpy(ret->folder, path, folder);
	ret->folder[folder] = '\0';
	memcpy(ret->file, slash + 1, file + 1);
	(void)snprintf(ret->copy, sizeof(ret->copy), ".%s" SUFFIX, slash + 1);
	for (unsigned i = 0; i < SPARES; i++)
		(void)snprintf(ret->spare[i], sizeof(ret->spare[i]), ".%s" SUFFIX ".%u",
			       slash + 1, i + 1);
	return 0;
}

bool shadow_name_present(const char *path)
{
	struct shadow_name name;
	struct stat found;
	char copy[PATH_MAX + NAME_MAX + 2];

	if (shadow_name_of(path, &name) < 0)
		return false;
	(void)snprintf(copy, sizeof(copy), "%s/%s", name.folder, name.copy);
	return lstat(copy, &found) == 0;
}
