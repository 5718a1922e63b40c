/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/new_file.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "map/map.h"
#include "map/shadow_file.h"

#include <fcntl.h>
#include <sys/stat.h>

/* Addresses and no names: whoever delivers mail may read which hosts may send it. */
#define MODE 0644

static int finish(int folder_fd, int fd, const char *name, struct why *why)
{
	char path[SHADOW_PATH_MAX];

	if (fsync(fd) < 0)
		return why_set(why, -errno, "cannot write the new table %s", name);
	shadow_path(fd, path);
	if (linkat(AT_FDCWD, path, folder_fd, name, AT_SYMLINK_FOLLOW) < 0)
		return errno == EEXIST ? 0
				       : why_set(why, -errno,
						 "cannot name the new table %s", name);
	/* A boot must find it: mail servers look only once. */
	if (fsync(folder_fd) < 0)
		return why_set(why, -errno, "cannot keep the new table %s", name);
	return 0;
}

/* Now, since the umask may have left the library no way to open it by name. */
static int give(int fd, int folder_fd, mode_t mode)
{
	struct stat folder;

	if (mode == 0)
		return fchmod(fd, MODE);
	if (fstat(folder_fd, &folder) < 0 || fchown(fd, folder.st_uid, folder.st_gid) < 0)
		return -1;
	return fchmod(fd, mode);
}

int new_file(const struct map_place *place, struct new_file_content content,
	     struct why *why)
{
	struct shadow_name name;
	struct stat there;

	const int named = shadow_name_of(place->path, &name);
	if (named < 0)
		return why_set(why, named, "map '%s' must be the absolute path of a file",
			       place->path);
	cleanup_fd int folder_fd = open(name.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder_fd < 0)
		return why_set(why, -errno, "cannot open the map's folder %s",
			       name.folder);
	if (fstatat(folder_fd, name.file, &there, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	cleanup_fd int fd =
		openat(folder_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return why_set(why, -errno, "cannot make a table in %s", name.folder);
	if (give(fd, folder_fd, place->new_mode) < 0)
		return why_set(why, -errno, "cannot open the new table to readers");
	const int error = content.write(content.context, fd, why);
	return error < 0 ? error : finish(folder_fd, fd, name.file, why);
}
