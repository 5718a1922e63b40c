/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/lease_dir.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "core/new_folder.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define STATE_MODE 0755
#define FOLDER_MODE 0700
#define QUEUE_MODE 01770
#define GROUP_BUFFER 16384

static const char *const names[LEASE_FOLDERS] = {
	[LEASE_ACTIVE] = "active",     [LEASE_PENDING] = "pending",
	[LEASE_DEFERRED] = "deferred", [LEASE_ENDING] = "ending",
	[LEASE_SETTLED] = "settled",
};

/* The queue is made last: where it is, all of them are. */
static const enum lease_folder making[LEASE_FOLDERS] = {
	LEASE_ACTIVE, LEASE_DEFERRED, LEASE_ENDING, LEASE_SETTLED, LEASE_PENDING,
};

const char *lease_folder_name(enum lease_folder folder)
{
	return names[folder];
}

static int open_state(const char *path, struct lease_dir *ret, struct why *why)
{
	const int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return why_set(why, -errno, "cannot open the state folder %s", path);
	ret->fd = fd;
	ret->path = path;
	return 0;
}

int lease_dir_open(const char *path, struct lease_dir *ret, struct why *why)
{
	cleanup_lease_dir struct lease_dir dir = { .fd = -1 };
	const int error = open_state(path, &dir, why);

	if (error < 0)
		return error;
	/* Another login may be making them at this moment, or have died at it. */
	if (faccessat(dir.fd, names[LEASE_PENDING], F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return why_set(why, -errno, "cannot find %s/%s", path,
			       names[LEASE_PENDING]);
	*ret = dir;
	dir.fd = -1;
	return 0;
}

void lease_dir_close(struct lease_dir *dir)
{
	close_owned_fd(&dir->fd);
	dir->fd = -1;
}

ino_t lease_dir_inode(const struct lease_dir *dir)
{
	struct stat folder;

	return fstat(dir->fd, &folder) < 0 ? 0 : folder.st_ino;
}

static int group_of(const char *name, gid_t *ret, struct why *why)
{
	struct group entry, *found = NULL;
	cleanup_free char *buffer = malloc(GROUP_BUFFER);

	if (!buffer)
		return why_set(why, -ENOMEM, "cannot look up the group %s", name);
	const int error = getgrnam_r(name, &entry, buffer, GROUP_BUFFER, &found);
	if (error != 0)
		return why_set(why, -error, "cannot look up the group %s", name);
	if (!found)
		return why_say(why, -EINVAL, "queue_group = %s: there is no such group",
			       name);
	*ret = entry.gr_gid;
	return 0;
}

static int open_queue(const struct lease_dir *dir, const char *queue_group,
		      struct why *why)
{
	const char *pending = names[LEASE_PENDING];
	struct stat folder;
	gid_t group = 0;

	const int error = group_of(queue_group, &group, why);
	if (error < 0)
		return error;
	if (fstatat(dir->fd, pending, &folder, AT_SYMLINK_NOFOLLOW) == 0 &&
	    folder.st_gid == group && (folder.st_mode & 07777) == QUEUE_MODE)
		return 0;
	if (fchownat(dir->fd, pending, (uid_t)-1, group, AT_SYMLINK_NOFOLLOW) < 0 ||
	    fchmodat(dir->fd, pending, QUEUE_MODE, 0) < 0)
		return why_set(why, -errno, "cannot give %s/pending to the group %s",
			       dir->path, queue_group);
	return 0;
}

/* Also when the setting was taken away: then its group must not write there any more. */
static int close_queue(const struct lease_dir *dir, struct why *why)
{
	const char *pending = names[LEASE_PENDING];
	struct stat folder;

	if (fstatat(dir->fd, pending, &folder, AT_SYMLINK_NOFOLLOW) < 0 ||
	    (folder.st_mode & 07777) == FOLDER_MODE)
		return 0;
	if (fchmodat(dir->fd, pending, FOLDER_MODE, 0) < 0)
		return why_set(why, -errno, "cannot take %s/pending from its group",
			       dir->path);
	return 0;
}

int lease_dir_prepare(const char *path, const char *queue_group, struct why *why)
{
	cleanup_lease_dir struct lease_dir dir = { .fd = -1 };

	int error = new_folder(AT_FDCWD, path, STATE_MODE);
	if (error < 0)
		return why_set(why, error, "cannot make the state folder %s", path);
	error = open_state(path, &dir, why);
	for (size_t i = 0; i < LEASE_FOLDERS && error == 0; i++) {
		const char *name = names[making[i]];

		error = new_folder(dir.fd, name, FOLDER_MODE);
		if (error < 0)
			return why_set(why, error, "cannot make %s/%s", path, name);
	}
	if (error == 0)
		error = queue_group[0] != '\0' ? open_queue(&dir, queue_group, why)
					       : close_queue(&dir, why);
	return error;
}

int lease_scan_open(const struct lease_dir *dir, enum lease_folder folder,
		    struct lease_scan *ret, struct why *why)
{
	cleanup_fd int fd = openat(dir->fd, names[folder],
				   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	DIR *const stream = fd < 0 ? NULL : fdopendir(fd);

	if (!stream)
		return why_set(why, -errno, "cannot list %s/%s", dir->path,
			       names[folder]);
	ret->stream = stream;
	(void)take_fd(&fd);
	return 0;
}

int lease_scan_next(struct lease_scan *scan, struct lease_name *ret, struct why *why)
{
	const struct dirent *entry;

	do {
		errno = 0;
		/* That an error is below 0 clang does not know. */
		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
		entry = readdir(scan->stream);
		if (!entry)
			return errno == 0
				       ? LEASE_SCAN_END
				       : why_set(why, -errno, "cannot list the leases");
	} while (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);

	if (client_address_parse(entry->d_name, &ret->client) == 0 &&
	    strcmp(ret->client.text, entry->d_name) == 0)
		return LEASE_SCAN_CLIENT;
	(void)snprintf(ret->junk, sizeof(ret->junk), "%s", entry->d_name);
	return LEASE_SCAN_JUNK;
}

void lease_scan_close(struct lease_scan *scan)
{
	DIR *const stream = scan->stream;

	close_owned_dir(&stream);
	scan->stream = NULL;
}

long lease_count(const struct lease_dir *dir, enum lease_folder folder, struct why *why)
{
	cleanup_lease_scan struct lease_scan scan = { 0 };
	struct lease_name name;
	long count = 0;

	int found = lease_scan_open(dir, folder, &scan, why);
	if (found < 0)
		return found;
	while ((found = lease_scan_next(&scan, &name, why)) > 0)
		count += found == LEASE_SCAN_CLIENT;
	return found < 0 ? found : count;
}

bool lease_folder_empty(const struct lease_dir *dir, enum lease_folder folder)
{
	cleanup_lease_scan struct lease_scan scan = { 0 };
	struct lease_name name;

	return lease_scan_open(dir, folder, &scan, NULL) == 0 &&
	       lease_scan_next(&scan, &name, NULL) == LEASE_SCAN_END;
}

struct lease_first lease_folder_first(const struct lease_dir *dir,
				      enum lease_folder folder)
{
	cleanup_lease_scan struct lease_scan scan = { 0 };
	struct lease_name name;
	struct stat file;

	if (lease_scan_open(dir, folder, &scan, NULL) < 0)
		return (struct lease_first){ 0 };
	const int found = lease_scan_next(&scan, &name, NULL);
	const char *text = found == LEASE_SCAN_CLIENT ? name.client.text : name.junk;
	if (found <= 0 ||
	    fstatat(dirfd(scan.stream), text, &file, AT_SYMLINK_NOFOLLOW) < 0)
		return (struct lease_first){ 0 };
	return (struct lease_first){ .inode = file.st_ino, .changed = file.st_ctim };
}

bool lease_first_equal(const struct lease_first *a, const struct lease_first *b)
{
	return a->inode == b->inode && a->changed.tv_sec == b->changed.tv_sec &&
	       a->changed.tv_nsec == b->changed.tv_nsec;
}
