/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/lmdb_file.h"

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/why.h"
#include "map/file_lock.h"
#include "map/file_openers.h"
#include "map/lmdb_lock.h"
#include "map/lock_holder.h"
#include "map/map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define OPEN_TRIES 5
#define BLOCK 16384
#define WAITER_MS 100 /* who is woken runs by then */
#define LATELY_S 5    /* what a postmap may need from its begin to its lock */
#define FLAGS (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

static int open_failed(const struct lmdb_file *file, struct why *why)
{
	if (errno == ELOOP)
		return why_say(why, -ELOOP,
			       "%s is a symbolic link; name the table itself",
			       file->path);
	if (errno == EISDIR)
		return why_say(why, -EISDIR, "%s is no regular file", file->path);
	return why_set(why, -errno, "cannot open the table %s", file->path);
}

static int lock_failed(const struct lmdb_file *file, int error, struct why *why)
{
	char holder[LOCK_HOLDER];

	if (error == -EBUSY)
		return why_say(why, -EBUSY, "%s is being rebuilt%s", file->path,
			       lock_holder("POSIX", &file->file, holder));
	return why_set(why, error, "cannot lock %s", file->path);
}

/* Asked before we have it open for writing, too. */
static int ask_contested(const struct lmdb_file *file)
{
	cleanup_fd int fd = file->changing ? open(file->path, FLAGS | O_RDONLY) : -1;

	return fd < 0 ? 0 : file_is_written_elsewhere(fd);
}

/* 1 = fd and path name one inode, 0 = not any more */
static int open_once(struct lmdb_file *file, struct why *why)
{
	struct stat named;

	file->contested = ask_contested(file);
	cleanup_fd int fd =
		open(file->path, FLAGS | (file->changing ? O_RDWR : O_RDONLY));
	if (fd < 0)
		return open_failed(file, why);
	if (fstat(fd, &file->file) < 0)
		return why_set(why, -errno, "cannot look at the table %s", file->path);
	if (!S_ISREG(file->file.st_mode))
		return why_say(why, S_ISDIR(file->file.st_mode) ? -EISDIR : -EBADMSG,
			       "%s is no regular file", file->path);
	const int locked = lmdb_lock_shared(fd);
	if (locked < 0)
		return lock_failed(file, locked, why);
	/* Again: it may have been changed before the lock was ours. */
	if (fstat(fd, &file->file) < 0 || lstat(file->path, &named) < 0 ||
	    named.st_ino != file->file.st_ino || named.st_dev != file->file.st_dev) {
		lmdb_unlock(fd);
		return 0;
	}
	file->fd = take_fd(&fd);
	return 1;
}

static int copy_block(const struct lmdb_file *file, off_t at, off_t end)
{
	char block[BLOCK];
	const size_t wish = end - at < BLOCK ? (size_t)(end - at) : BLOCK;
	const ssize_t got = pread(file->fd, block, wish, at);

	if (got <= 0)
		return got < 0 ? -errno : 0;
	const ssize_t put = pwrite(file->copy_fd, block, (size_t)got, at);
	return put < 0 ? -errno : (int)put;
}

/* What has blocks alone: a file of a terabyte may be one hole. */
static int copy_content(const struct lmdb_file *file)
{
	off_t hole = 0, data;

	if (ftruncate(file->copy_fd, file->file.st_size) < 0)
		return -errno;
	while ((data = lseek(file->fd, hole, SEEK_DATA)) >= 0) {
		hole = lseek(file->fd, data, SEEK_HOLE);
		for (int copied = 1; data < hole && copied > 0; data += copied) {
			copied = copy_block(file, data, hole);
			if (copied < 0)
				return copied;
		}
	}
	return errno == ENXIO ? 0 : -errno; /* no data is left */
}

static int copy_for_reading(struct lmdb_file *file, struct why *why)
{
	file->copy_fd = memfd_create("lmdb", MFD_CLOEXEC);
	if (file->copy_fd < 0)
		return why_set(why, -errno, "cannot copy the table %s", file->path);
	const int error = copy_content(file);
	lmdb_unlock(file->fd);
	return error < 0 ? why_set(why, error, "cannot copy the table %s", file->path)
			 : 0;
}

int lmdb_file_open(struct lmdb_file *file, const struct map_place *place, struct why *why)
{
	int opened = 0;

	*file = (struct lmdb_file)LMDB_FILE_NONE;
	file->path = place->path;
	file->changing = place->note_fd >= 0;
	for (int i = 0; i < OPEN_TRIES && opened == 0; i++)
		opened = open_once(file, why);
	if (opened < 0)
		return opened;
	if (opened == 0)
		return why_say(why, -EBUSY, "%s is being replaced again and again",
			       file->path);
	return file->changing ? 0 : copy_for_reading(file, why);
}

void lmdb_file_close(struct lmdb_file *file)
{
	/* By hand: a child of the host may have our descriptor, and the lock with it. */
	lmdb_unlock(file->fd);
	close_owned_fd(&file->fd);
	close_owned_fd(&file->copy_fd);
	*file = (struct lmdb_file)LMDB_FILE_NONE;
}

int lmdb_file_content(const struct lmdb_file *file)
{
	return file->copy_fd >= 0 ? file->copy_fd : file->fd;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

int lmdb_file_untouched(const struct lmdb_file *file, struct why *why)
{
	struct stat now;

	if (fstat(file->fd, &now) < 0)
		return why_set(why, -errno, "cannot look at the table %s", file->path);
	return is_same(&now, &file->file)
		       ? 0
		       : why_say(why, -EAGAIN, "%s was changed meanwhile", file->path);
}

int lmdb_file_begin(struct lmdb_file *file, struct why *why)
{
	struct stat now;

	if (!file->changing)
		return why_say(why, -EPERM, "%s is open for reading", file->path);
	if (fstat(file->fd, &now) < 0)
		return why_set(why, -errno, "cannot look at the table %s", file->path);
	/* As with the other types: what else is it called, and who reads it there? */
	if (now.st_nlink > 1)
		return why_say(why, -EMLINK, "%s has a second hard link", file->path);
	const int locked = lmdb_lock_exclusive(file->fd);
	if (locked < 0)
		return lock_failed(file, locked, why);
	const int error = lmdb_file_untouched(file, why);
	if (error < 0)
		lmdb_file_settle(file);
	return error;
}

void lmdb_file_settle(struct lmdb_file *file)
{
	/* From exclusive to shared the kernel lets nobody in between. */
	(void)lmdb_lock_shared(file->fd);
}

int lmdb_file_named(const struct lmdb_file *file, struct why *why)
{
	struct stat named;

	if (lstat(file->path, &named) < 0)
		return why_set(why, -errno, "the table %s is gone", file->path);
	if (named.st_ino == file->file.st_ino && named.st_dev == file->file.st_dev)
		return 0;
	return why_say(why, -EAGAIN, "%s was replaced meanwhile", file->path);
}

/* By its date as we opened it: a commit of ours dates it, too. */
static bool was_changed_lately(const struct lmdb_file *file)
{
	const time_t age = time(NULL) - file->file.st_mtim.tv_sec;

	return age >= -LATELY_S && age <= LATELY_S;
}

/*
 * postmap begins its transaction before it asks for the lock. One commit of ours in
 * between is lost under its own, and no harm is done. After two of them both tables
 * would claim the same pages, and the newer meta is ours: the second must not be made.
 * Woken by our last unlock it shows as waiting again only when it has run; on a busy
 * machine that may be seconds, and nothing shows it. So nobody else's change, and none
 * of ours, may be fresh while somebody has the table open for writing.
 */
int lmdb_file_unawaited(const struct lmdb_file *file, struct why *why)
{
	const struct timespec deadline = deadline_in(WAITER_MS);
	unsigned round = 0;

	if (file->contested == 0)
		return 0;
	do {
		if (file_lock_has_waiter("POSIX", &file->file))
			return why_say(why, -EBUSY, "another program waits to change %s",
				       file->path);
		/* Where the kernel does not tell who has it open, each commit would have
		 * to wait so. */
		if (file->contested > 0 && was_changed_lately(file))
			return why_say(why, -EBUSY,
				       "another program has %s open for writing",
				       file->path);
	} while (deadline_nap(deadline, &round));
	return 0;
}

/*
 * The kernel dates a write by its last tick, some milliseconds ago: another program's
 * write in the same tick would leave size and date as ours did, and the seal would hold
 * over a table that we did not make. A date between two ticks is nobody else's.
 */
void lmdb_file_changed(struct lmdb_file *file)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT } };

	file->ours = true;
	file->undated = clock_gettime(CLOCK_REALTIME, &times[1]) < 0 ||
			futimens(file->fd, times) < 0 || fstat(file->fd, &file->file) < 0;
}

int lmdb_file_identify(const struct lmdb_file *file, struct map_identity *ret,
		       struct why *why)
{
	struct stat now;

	/* postmap writes under a shared lock, and so beside ours. */
	const int untouched = file->ours ? 0 : lmdb_file_untouched(file, why);
	if (untouched < 0)
		return untouched;
	if (fstat(file->fd, &now) < 0)
		return why_set(why, -errno, "cannot look at the table %s", file->path);
	if (file->undated || !is_same(&now, &file->file))
		return why_say(why, -ESTALE, "%s was changed by somebody else at once",
			       file->path);
	*ret = map_identity_from(&now);
	return 0;
}
