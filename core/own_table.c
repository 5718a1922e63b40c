/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/own_table.h"

#include "base/why.h"
#include "core/new_folder.h"
#include "core/settings.h"
#include "map/map.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

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
	const int made = new_folder(AT_FDCWD, folder, FOLDER_MODE);
	if (made < 0)
		return why_set(why, made, "cannot make the folder %s", folder);
	return backend->create(place, why);
}
