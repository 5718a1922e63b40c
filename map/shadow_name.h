/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shadow_name - where a map file stands and what its changed copy is called
 *
 * The copy of /etc/mail/access.db is /etc/mail/.access.db.pam_sap: one name for each
 * map, so that a copy which a dead writer left is found by its name. Retired files that
 * are kept (spares.h) are .access.db.pam_sap.1 and .2.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>

#define SPARES 2

struct shadow_name {
	char path[PATH_MAX];   /* of the map */
	char folder[PATH_MAX]; /* its folder */
	char file[NAME_MAX + 1];
	char copy[NAME_MAX + 1];
	char spare[SPARES][NAME_MAX + 1]; /* of slot 1 ... SPARES */
};

/* -EINVAL: not an absolute path of a file; -ENAMETOOLONG */
int shadow_name_of(const char *path, struct shadow_name *ret);

/* Whether something has the copy's name. */
bool shadow_name_present(const char *path);
