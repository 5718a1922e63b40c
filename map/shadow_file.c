/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/shadow_file.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "map/file_copy.h"
#include "map/file_lock.h"
#include "map/lock_holder.h"
#include "map/map.h"

#include <fcntl.h>
#include <stdio.h>

#define OPEN_TRIES 5
#define BASE_FLAGS (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* The path may change between any two calls; 1 = fd and path name one inode. */
static int open_base_once(struct shadow_file *shadow, const char *path, struct why *why)
{
	char holder[LOCK_HOLDER];
	struct stat named;
	cleanup_fd int fd = openat(shadow->folder_fd, shadow->name.file, BASE_FLAGS);

	if (fd < 0 && errno == ELOOP)
		return why_say(why, -ELOOP,
			       "%s is a symbolic link; name the table itself", path);
	if (fd < 0)
		return why_set(why, -errno, "cannot open the table %s", path);
	if (fstat(fd, &shadow->base) < 0)
		return why_set(why, -errno, "cannot look at the table %s", path);
	if (!S_ISREG(shadow->base.st_mode))
		return why_say(why, S_ISDIR(shadow->base.st_mode) ? -EISDIR : -EBADMSG,
			       "%s is no regular file", path);
	const int locked = file_lock_shared(fd);
	if (locked == -EBUSY)
		return why_say(why, -EBUSY, "%s is being rebuilt%s", path,
			       lock_holder("FLOCK", &shadow->base, holder));
	if (locked < 0)
		return why_set(why, locked, "cannot lock %s", path);

	if (fstatat(shadow->folder_fd, shadow->name.file, &named, AT_SYMLINK_NOFOLLOW) <
		    0 ||
	    named.st_ino != shadow->base.st_ino || named.st_dev != shadow->base.st_dev) {
		file_unlock(fd);
		return 0;
	}
	shadow->base_fd = take_fd(&fd);
	return 1;
}

static int open_base(struct shadow_file *shadow, const char *path, struct why *why)
{
	for (int i = 0; i < OPEN_TRIES; i++) {
		const int opened = open_base_once(shadow, path, why);
		if (opened != 0)
			return opened < 0 ? opened : 0;
	}
	return why_say(why, -EBUSY, "%s is being replaced again and again", path);
}

int shadow_open(struct shadow_file *shadow, const struct map_place *place,
		struct why *why)
{
	*shadow = (struct shadow_file)SHADOW_FILE_NONE;
	shadow->note_fd = place->note_fd;
	shadow->run_dir = place->run_dir;
	shadow->dated_now = place->dated_now;
	const int named = shadow_name_of(place->path, &shadow->name);
	if (named < 0)
		return why_set(why, named, "map '%s' must be the absolute path of a file",
			       place->path);

	shadow->folder_fd = open(shadow->name.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (shadow->folder_fd < 0)
		return why_set(why, -errno, "cannot open the map's folder %s",
			       shadow->name.folder);
	return open_base(shadow, place->path, why);
}

static int may_be_replaced(struct shadow_file *shadow, struct why *why)
{
	/* Fresh: a second link may have been made since it was opened. */
	if (fstat(shadow->base_fd, &shadow->base) < 0)
		return why_set(why, -errno, "cannot look at %s", shadow->name.file);
	if (shadow->base.st_nlink > 1)
		return why_say(why, -EMLINK,
			       "%s/%s has a second hard link; makemap refuses it too",
			       shadow->name.folder, shadow->name.file);
	if (file_lock_awaited(shadow->base_fd, &shadow->base))
		return why_say(why, -EBUSY, "a rebuild of %s/%s waits for its lock",
			       shadow->name.folder, shadow->name.file);
	return 0;
}

static int copy_base(struct shadow_file *shadow, struct why *why)
{
	/* Nobody but the owner may open it before it has its final owner and mode. */
	shadow->copy_fd = openat(shadow->folder_fd, shadow->name.copy,
				 O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
				 S_IRUSR | S_IWUSR);
	if (shadow->copy_fd < 0)
		return why_set(why, -errno, "cannot create %s/%s", shadow->name.folder,
			       shadow->name.copy);
	int error = file_lock_shared(shadow->copy_fd);
	if (error < 0)
		error = why_set(why, error, "cannot lock the copy of %s",
				shadow->name.file);
	else
		error = file_copy(shadow->base_fd, shadow->copy_fd, &shadow->base, why);
	if (error < 0)
		shadow_abandon(shadow);
	return error;
}

int shadow_sync(struct shadow_file *shadow, struct why *why)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, shadow->base.st_mtim };

	if (shadow->dated_now)
		times[1].tv_nsec = UTIME_NOW;
	if (futimens(shadow->copy_fd, times) < 0)
		return why_set(why, -errno, "cannot date the new %s", shadow->name.file);
	if (fsync(shadow->copy_fd) < 0)
		return why_set(why, -errno, "cannot make the new %s durable",
			       shadow->name.file);
	if (fstat(shadow->copy_fd, &shadow->copy) < 0)
		return why_set(why, -errno, "cannot look at the new %s",
			       shadow->name.file);
	return 0;
}

int shadow_copy(struct shadow_file *shadow, struct why *why)
{
	const int allowed = may_be_replaced(shadow, why);
	if (allowed < 0)
		return allowed;

	const struct map_identity table = map_identity_from(&shadow->base);
	spares_end(&shadow->spares);
	spares_begin(&shadow->spares, shadow->run_dir, &table);
	shadow->copy_fd = spares_take(&shadow->spares, shadow);
	shadow->recycled = shadow->copy_fd >= 0;
	return shadow->recycled ? 0 : shadow_copy_afresh(shadow, why);
}

int shadow_copy_afresh(struct shadow_file *shadow, struct why *why)
{
	shadow_abandon(shadow);
	spares_sweep(&shadow->spares, shadow);
	const int error = copy_base(shadow, why);
	if (error != -ENOSPC && error != -EDQUOT)
		return error;
	spares_forget(&shadow->spares, shadow);
	return copy_base(shadow, why);
}

void shadow_abandon(struct shadow_file *shadow)
{
	if (shadow->copy_fd < 0 || shadow->exchanged)
		return;
	(void)unlinkat(shadow->folder_fd, shadow->name.copy, 0);
	file_unlock(shadow->copy_fd);
	(void)close(shadow->copy_fd);
	shadow->copy_fd = -1;
	shadow->recycled = false;
}

void shadow_close(struct shadow_file *shadow)
{
	shadow_abandon(shadow);
	file_unlock(shadow->copy_fd);
	file_unlock(shadow->base_fd);
	close_owned_fd(&shadow->copy_fd);
	close_owned_fd(&shadow->base_fd);
	close_owned_fd(&shadow->folder_fd);
	spares_end(&shadow->spares);
	*shadow = (struct shadow_file)SHADOW_FILE_NONE;
}

int shadow_identify(const struct shadow_file *shadow, struct map_identity *ret,
		    struct why *why)
{
	const bool exchanged = shadow->exchanged;
	struct stat found;

	if (fstat(exchanged ? shadow->copy_fd : shadow->base_fd, &found) < 0)
		return why_set(why, -errno, "cannot look at %s", shadow->name.file);
	if (exchanged && (found.st_size != shadow->copy.st_size ||
			  found.st_mtim.tv_sec != shadow->copy.st_mtim.tv_sec ||
			  found.st_mtim.tv_nsec != shadow->copy.st_mtim.tv_nsec))
		return why_say(why, -ESTALE, "%s was changed by somebody else at once",
			       shadow->name.file);
	*ret = map_identity_from(&found);
	return 0;
}

void shadow_path(int fd, char path[static SHADOW_PATH_MAX])
{
	(void)snprintf(path, SHADOW_PATH_MAX, "/proc/self/fd/%d", fd);
}
