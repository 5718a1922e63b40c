/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/berkeley_new.h"

#include "base/why.h"
#include "map/berkeley_handle.h"
#include "map/new_file.h"

#include <errno.h>

static int write_empty(const void *context, int fd, struct why *why)
{
	const int error = berkeley_file_make(fd, *(const DBTYPE *)context);

	return error == 0 ? 0
			  : why_say(why, error > 0 ? -error : -EIO,
				    "cannot make a new table: %s", db_strerror(error));
}

int berkeley_new_hash(const struct map_place *place, struct why *why)
{
	static const DBTYPE type = DB_HASH;

	return new_file(place, (struct new_file_content){ write_empty, &type }, why);
}

int berkeley_new_btree(const struct map_place *place, struct why *why)
{
	static const DBTYPE type = DB_BTREE;

	return new_file(place, (struct new_file_content){ write_empty, &type }, why);
}
