/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_smtpafterpop/sole_socket.h"

#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/why.h"

#include <sys/stat.h>

#define FOLDER "/proc/self/fd"

static bool same_socket(int a, int b)
{
	struct stat of_a, of_b;

	return fstat(a, &of_a) == 0 && fstat(b, &of_b) == 0 &&
	       of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

/* -1 behind the last one. "." and ".." are skipped. */
static int next_descriptor(DIR *folder)
{
	const struct dirent *entry;

	errno = 0;
	while ((entry = readdir(folder)))
		if (ascii_is_digit(entry->d_name[0]))
			return (int)strtol(entry->d_name, NULL, 10);
	return -1;
}

int sole_socket(socket_kind *is_it, const void *about, int *ret_fd, struct why *why)
{
	int found = -1, fd;
	unsigned seen = 0;
	cleanup_dir DIR *folder = opendir(FOLDER);

	if (!folder)
		return why_set(why, -errno, "cannot read %s", FOLDER);
	while ((fd = next_descriptor(folder)) >= 0) {
		if (++seen > SOLE_SOCKET_MOST)
			return why_say(why, -E2BIG, "more than %d descriptors are open",
				       SOLE_SOCKET_MOST);
		if (!is_it(fd, about))
			continue;
		if (found >= 0 && !same_socket(found, fd))
			return -ENOTUNIQ;
		found = fd;
	}
	if (errno != 0)
		return why_set(why, -errno, "cannot read %s", FOLDER);
	*ret_fd = found;
	return found >= 0;
}
