/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/file_copy.h"

#include "base/why.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define BLOCK 16384 /* on the stack of a guest */
#define XATTR_LIST_MAX 4096
#define XATTR_VALUE_MAX 4096

/* A block by hand, for a filesystem that cannot do it by itself. */
static ssize_t copy_block(int from, int to, off_t offset)
{
	char block[BLOCK];

	const ssize_t got = pread(from, block, sizeof(block), offset);
	if (got <= 0)
		return got;
	for (ssize_t done = 0; done < got;) {
		const ssize_t put =
			pwrite(to, block + done, (size_t)(got - done), offset + done);
		if (put < 0)
			return -1;
		done += put;
	}
	return got;
}

static bool cannot_share(int error)
{
	return error == EXDEV || error == EINVAL || error == ENOSYS ||
	       error == EOPNOTSUPP || error == EPERM;
}

static int copy_content(int from, int to, off_t size, struct why *why)
{
	bool by_hand = false;
	off_t done = 0;

	while (done < size) {
		off_t in = done, out = done;
		const ssize_t copied =
			by_hand ? copy_block(from, to, done)
				: copy_file_range(from, &in, to, &out,
						  (size_t)(size - done), 0);
		if (copied < 0 && !by_hand && cannot_share(errno)) {
			by_hand = true;
			continue;
		}
		if (copied < 0 && errno == EINTR)
			continue;
		if (copied < 0)
			return why_set(why, -errno, "cannot copy the table");
		if (copied == 0)
			return why_say(why, -EAGAIN,
				       "the file shrank while it was copied");
		done += copied;
	}
	return 0;
}

static int copy_xattr(int from, int to, const char *name, struct why *why)
{
	char value[XATTR_VALUE_MAX];

	const ssize_t size = fgetxattr(from, name, value, sizeof(value));
	if (size >= 0 && fsetxattr(to, name, value, (size_t)size, 0) == 0)
		return 0;
	if (strncmp(name, "security.", strlen("security.")) == 0)
		return 0;
	return why_set(why, -errno, "cannot keep the attribute '%s'", name);
}

static int copy_xattrs(int from, int to, struct why *why)
{
	char names[XATTR_LIST_MAX];

	const ssize_t size = flistxattr(from, names, sizeof(names));
	if (size < 0 && errno == EOPNOTSUPP)
		return 0;
	if (size < 0)
		return why_set(why, -errno, "cannot list the attributes");
	for (const char *name = names; name < names + size; name += strlen(name) + 1) {
		const int error = copy_xattr(from, to, name, why);
		if (error < 0)
			return error;
	}
	return 0;
}

int file_own_as(int fd, const struct stat *source, struct why *why)
{
	if (fchown(fd, source->st_uid, source->st_gid) < 0)
		return why_set(why, -errno, "cannot keep the owner");
	if (fchmod(fd, source->st_mode & 07777) < 0)
		return why_set(why, -errno, "cannot keep the mode");
	return 0;
}

int file_copy(int from, int to, const struct stat *source, struct why *why)
{
	int error = copy_content(from, to, source->st_size, why);

	/* The mode before the attributes: an ACL would be changed by chmod. */
	if (error == 0)
		error = file_own_as(to, source, why);
	if (error == 0)
		error = copy_xattrs(from, to, why);
	return error;
}
