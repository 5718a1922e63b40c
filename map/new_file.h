/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * new_file - a table where there is none
 *
 * Made without a name, and named when it is whole and on the disk: a mail server never
 * sees half of it, and a crash leaves nothing. What has the name already stays.
 */
#pragma once

#include <stdbool.h>

struct map_place;
struct why;

/* How the content gets into the file: a name for libraries that want one, and what
 * `context` is is theirs. 0, or a negative errno and why. */
struct new_file_content {
	int (*write)(const void *context, int fd, struct why *why);
	const void *context;
};

/* The file is the process's, mode 0644, or has place.new_mode and the folder's owner and
 * group, whatever the umask. 0 also when it was there. */
int new_file(const struct map_place *place, struct new_file_content content,
	     struct why *why);
