/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/lease_file.h"

#include "base/cleanup.h"
#include "base/why.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MODE 0600
#define PATH_ROOM (16 + CLIENT_ADDRESS_TEXT)
#define FD_PATH_ROOM 32
#define JUNK "junk"
#define JUNK_MODE 0700
#define JUNK_ROOM 32

static const char *path_of(enum lease_folder folder, const struct client_address *client,
			   char path[static PATH_ROOM])
{
	(void)snprintf(path, PATH_ROOM, "%s/%s", lease_folder_name(folder), client->text);
	return path;
}

static bool is_later(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

int lease_touch(const struct lease_dir *dir, enum lease_folder folder,
		const struct client_address *client, struct timespec now)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, now };
	char path[PATH_ROOM];

	if (utimensat(dir->fd, path_of(folder, client, path), times,
		      AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return 0;
}

int lease_mtime(const struct lease_dir *dir, enum lease_folder folder,
		const struct client_address *client, struct timespec *ret)
{
	struct stat file;
	char path[PATH_ROOM];

	if (fstatat(dir->fd, path_of(folder, client, path), &file, AT_SYMLINK_NOFOLLOW) <
	    0)
		return -errno;
	*ret = file.st_mtim;
	return 0;
}

/* The file without a name gets its name. */
static int give_name(const struct lease_dir *dir, int fd, const char *path)
{
	char self[FD_PATH_ROOM];

	if (linkat(fd, "", dir->fd, path, AT_EMPTY_PATH) == 0)
		return 0;
	if (errno != ENOENT)
		return -errno;
	/* Without CAP_DAC_READ_SEARCH the kernel wants the way through /proc. */
	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if (linkat(AT_FDCWD, self, dir->fd, path, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	return -errno;
}

static int write_nameless(const struct lease_dir *dir, enum lease_folder folder,
			  const struct lease *lease, struct why *why)
{
	const struct timespec times[2] = { lease->last_login, lease->last_login };
	char line[LEASE_LINE];
	const size_t length = lease_print(lease, line);
	cleanup_fd int fd = openat(dir->fd, lease_folder_name(folder),
				   O_TMPFILE | O_WRONLY | O_CLOEXEC, FILE_MODE);

	if (fd < 0)
		return why_set(why, -errno, "cannot create a lease in %s/%s", dir->path,
			       lease_folder_name(folder));
	const ssize_t written = write(fd, line, length);
	if (written < 0 || (size_t)written != length)
		return why_set(why, written < 0 ? -errno : -ENOSPC,
			       "cannot write a lease in %s/%s", dir->path,
			       lease_folder_name(folder));
	if (futimens(fd, times) < 0)
		return why_set(why, -errno, "cannot date a lease in %s/%s", dir->path,
			       lease_folder_name(folder));
	return take_fd(&fd);
}

int lease_create(const struct lease_dir *dir, enum lease_folder folder,
		 const struct lease *lease, struct why *why)
{
	char path[PATH_ROOM];

	if (lease_touch(dir, folder, &lease->client, lease->last_login) == 0)
		return 0;
	cleanup_fd int fd = write_nameless(dir, folder, lease, why);
	if (fd < 0)
		return fd;
	int error = give_name(dir, fd, path_of(folder, &lease->client, path));
	if (error == -EEXIST)
		error = lease_touch(dir, folder, &lease->client, lease->last_login);
	/* Another's, in a queue that several users share: his asks for the commit too. */
	if (error == -EPERM)
		return 0;
	if (error == -ENOENT && access("/proc/self/fd", F_OK) < 0)
		return why_say(why, error,
			       "cannot name the lease %s/%s: /proc is not mounted here, "
			       "and this process needs it for that",
			       dir->path, path);
	return error < 0 ? why_set(why, error, "cannot name the lease %s/%s", dir->path,
				   path)
			 : 0;
}

/* A link, a socket, or a file on which its owner, a member of queue_group, has taken the
 * kernel's lease (F_SETLEASE), so that whoever opens it is kept: no lease of ours. */
static bool is_no_lease(int error)
{
	return error == ELOOP || error == ENXIO || error == ENODEV ||
	       error == EWOULDBLOCK;
}

int lease_read(const struct lease_dir *dir, enum lease_folder folder,
	       const struct client_address *client, struct lease *ret, struct why *why)
{
	char path[PATH_ROOM], line[LEASE_LINE + 1];
	struct stat file;
	cleanup_fd int fd =
		openat(dir->fd, path_of(folder, client, path),
		       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return why_set(why, is_no_lease(errno) ? -EINVAL : -errno,
			       "cannot open the lease %s/%s", dir->path, path);
	if (fstat(fd, &file) < 0)
		return why_set(why, -errno, "cannot look at the lease %s/%s", dir->path,
			       path);
	if (!S_ISREG(file.st_mode))
		return why_say(why, -EINVAL, "%s/%s is no regular file", dir->path, path);
	const ssize_t length = read(fd, line, sizeof(line) - 1);
	if (length < 0)
		return why_set(why, -errno, "cannot read the lease %s/%s", dir->path,
			       path);
	line[length] = '\0';

	struct lease lease = { .client = *client,
			       .last_login = file.st_mtim,
			       .foreign = file.st_uid != geteuid() };
	/* Behind a NUL might be anything. */
	if (strlen(line) != (size_t)length || lease_parse(line, &lease) < 0)
		return why_say(why, -EINVAL, "%s/%s holds no lease", dir->path, path);
	/* Only the administrator gives a lease an end of its own. */
	if (lease.foreign)
		lease.until = 0;
	*ret = lease;
	return 0;
}

int lease_move(const struct lease_dir *dir, enum lease_folder from, enum lease_folder to,
	       const struct client_address *client)
{
	char source[PATH_ROOM], target[PATH_ROOM];

	if (renameat(dir->fd, path_of(from, client, source), dir->fd,
		     path_of(to, client, target)) < 0)
		return -errno;
	return 0;
}

static int move_or_copy(const struct lease_dir *dir, enum lease_folder from,
			enum lease_folder to, const struct client_address *client)
{
	char source[PATH_ROOM], target[PATH_ROOM];
	struct stat file;
	struct lease lease;

	(void)path_of(from, client, source);
	(void)path_of(to, client, target);
	if (fstatat(dir->fd, source, &file, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (file.st_uid == geteuid() && file.st_nlink == 1)
		return renameat2(dir->fd, source, dir->fd, target, RENAME_NOREPLACE) < 0
			       ? -errno
			       : 0;

	int error = lease_read(dir, from, client, &lease, NULL);
	if (error < 0)
		return error;
	cleanup_fd int fd = write_nameless(dir, to, &lease, NULL);
	error = fd < 0 ? fd : give_name(dir, fd, target);
	return error < 0 ? error : lease_unlink(dir, from, client);
}

int lease_merge(const struct lease_dir *dir, enum lease_folder from, enum lease_folder to,
		const struct client_address *client)
{
	static const struct timespec present = { .tv_nsec = UTIME_NOW };
	struct timespec ours = { 0 }, theirs = { 0 };

	int error = move_or_copy(dir, from, to, client);
	if (error != -EEXIST)
		return error < 0 ? error : 1;

	/* Touched with the present time, not with ours: a login that renews the other
	 * one at this moment must not be set back. */
	error = lease_mtime(dir, from, client, &ours);
	if (error == 0)
		error = lease_mtime(dir, to, client, &theirs);
	if (error == 0 && is_later(ours, theirs))
		error = lease_touch(dir, to, client, present);
	return error < 0 ? error : lease_unlink(dir, from, client);
}

int lease_unlink(const struct lease_dir *dir, enum lease_folder folder,
		 const struct client_address *client)
{
	char path[PATH_ROOM];

	return unlinkat(dir->fd, path_of(folder, client, path), 0) < 0 ? -errno : 0;
}

bool lease_present(const struct lease_dir *dir, enum lease_folder folder,
		   const struct client_address *client)
{
	struct timespec mtime;

	return lease_mtime(dir, folder, client, &mtime) == 0;
}

int lease_empty(const struct lease_dir *dir, enum lease_folder folder, struct why *why)
{
	cleanup_lease_scan struct lease_scan scan = { 0 };
	struct lease_name name;

	int found = lease_scan_open(dir, folder, &scan, why);
	while (found >= 0 && (found = lease_scan_next(&scan, &name, why)) > 0)
		if (found == LEASE_SCAN_CLIENT)
			(void)lease_unlink(dir, folder, &name.client);
	return found < 0 ? found : 0;
}

/*
 * A folder with something in it cannot be unlinked. It goes where nobody looks: in
 * pending/ it would keep the path unit busy for ever, and what a hostile hand put in it
 * is nothing that root should walk through.
 */
static int set_aside(const struct lease_dir *dir, const char *path)
{
	struct stat junk;
	char aside[JUNK_ROOM];

	if (fstatat(dir->fd, path, &junk, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (mkdirat(dir->fd, JUNK, JUNK_MODE) < 0 && errno != EEXIST)
		return -errno;
	(void)snprintf(aside, sizeof(aside), JUNK "/%lu", (unsigned long)junk.st_ino);
	return renameat2(dir->fd, path, dir->fd, aside, RENAME_NOREPLACE) < 0 ? -errno
									      : 0;
}

int lease_unlink_junk(const struct lease_dir *dir, enum lease_folder folder,
		      const char *name)
{
	char path[16 + NAME_MAX + 1];

	(void)snprintf(path, sizeof(path), "%s/%s", lease_folder_name(folder), name);
	if (unlinkat(dir->fd, path, 0) == 0 || unlinkat(dir->fd, path, AT_REMOVEDIR) == 0)
		return 0;
	return set_aside(dir, path);
}
