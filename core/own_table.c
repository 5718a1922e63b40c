/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/own_table.h"

#include "base/why.h"
#include "core/settings.h"
#include "map/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FOLDER "/map"
/* The mail server's user looks up in it. */
#define FOLDER_MODE 0755

bool own_table(const struct settings *settings)
{
	size_t state = strlen(settings->state_dir);

	/* One that is named with a slash at its end is the same folder. */
	while (state > 0 && settings->state_dir[state - 1] == '/')
		state--;
	const char *rest = settings->map_path + state;
	return strncmp(settings->map_path, settings->state_dir, state) == 0 &&
	       strncmp(rest, FOLDER "/", strlen(FOLDER "/")) == 0 &&
	       !strstr(rest, "/../");
}

int own_table_create(const struct settings *settings, const struct map_backend *backend,
		     const struct map_place *place, struct why *why)
{
	char folder[SETTINGS_PATH + sizeof(FOLDER)];

	(void)snprintf(folder, sizeof(folder), "%s" FOLDER, settings->state_dir);
	/* Its final mode whatever the umask; one that is there keeps what it has. */
	const int made = mkdir(folder, FOLDER_MODE);
	if (made < 0 && errno != EEXIST)
		return why_set(why, -errno, "cannot make the folder %s", folder);
	if (made == 0 && fchmodat(AT_FDCWD, folder, FOLDER_MODE, 0) < 0)
		return why_set(why, -errno, "cannot open the folder %s to readers",
			       folder);
	return backend->create(place, why);
}
