/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/spares.h"

#include "base/cleanup.h"
#include "map/file_copy.h"
#include "map/file_lock.h"
#include "map/file_openers.h"
#include "map/shadow_file.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#define SPARE_FLAGS (O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* The spare that the next copy is made of: the one that was retired first. */
#define OLDEST (SPARES - 1)

static void forget(struct spare *spare)
{
	change_list_free(&spare->lacks);
	*spare = (struct spare){ 0 };
}

void spares_begin(struct spares *spares, const char *run_dir,
		  const struct map_identity *table)
{
	*spares = (struct spares){ .note_fd = run_dir ? spare_note_open(run_dir) : -1 };
	if (spares->note_fd < 0)
		return;
	const int taken = spare_note_take(spares->note_fd, &spares->note);
	if (taken == 1 && map_identity_equal(&spares->note.table, table))
		return;
	spare_note_free(&spares->note);
	/* What cannot be cleared must not be written either. */
	if (taken < 0)
		spares_end(spares);
}

static bool is_untouched(int fd, const struct spare *spare)
{
	struct stat found;

	if (fstat(fd, &found) < 0)
		return false;
	const struct map_identity is = map_identity_from(&found);
	return map_identity_equal(&is, &spare->is);
}

/* ext2, and ext4 without a journal, have the same magic. */
static bool has_ext4_journal(dev_t device)
{
	char link[64], target[PATH_MAX], task[NAME_MAX + 64];

	(void)snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(device),
		       minor(device));
	const ssize_t length = readlink(link, target, sizeof(target) - 1);
	if (length <= 0)
		return false;
	target[length] = '\0';
	const char *slash = strrchr(target, '/');
	(void)snprintf(task, sizeof(task), "/sys/fs/ext4/%.255s/journal_task",
		       slash ? slash + 1 : target);
	return access(task, F_OK) == 0;
}

/* Of the exchange that retired the oldest spare. */
static bool is_durable(const struct shadow_file *shadow)
{
	struct statfs filesystem = { 0 };

	(void)fstatfs(shadow->folder_fd, &filesystem);
	if (filesystem.f_type == XFS_SUPER_MAGIC ||
	    (filesystem.f_type == EXT4_SUPER_MAGIC &&
	     has_ext4_journal(shadow->base.st_dev)))
		return true;
	return fsync(shadow->folder_fd) == 0;
}

int spares_take(const struct spares *spares, const struct shadow_file *shadow)
{
	const struct spare *spare = &spares->note.spare[OLDEST];

	if (spare->slot == 0)
		return -1;
	const char *name = shadow->name.spare[spare->slot - 1];
	cleanup_fd int fd = openat(shadow->folder_fd, name, SPARE_FLAGS);
	if (fd < 0 || !is_untouched(fd, spare) || file_is_open_elsewhere(fd) ||
	    !is_durable(shadow) ||
	    renameat2(shadow->folder_fd, name, shadow->folder_fd, shadow->name.copy,
		      RENAME_NOREPLACE) < 0)
		return -1;
	if (file_lock_shared(fd) == 0 && file_own_as(fd, &shadow->base, NULL) == 0)
		return take_fd(&fd);
	(void)unlinkat(shadow->folder_fd, shadow->name.copy, 0);
	return -1;
}

const struct change_list *spares_lacks(const struct spares *spares)
{
	return &spares->note.spare[OLDEST].lacks;
}

void spares_sweep(struct spares *spares, const struct shadow_file *shadow)
{
	forget(&spares->note.spare[OLDEST]);
	for (unsigned slot = 1; slot <= SPARES; slot++)
		if (spares->note.spare[0].slot != slot)
			(void)unlinkat(shadow->folder_fd, shadow->name.spare[slot - 1],
				       0);
}

bool spares_mark(const struct spares *spares, const struct shadow_file *shadow)
{
	const struct stat *base = &shadow->base;
	/* Any other group. It gives nobody a right that the mode does not take. */
	const gid_t other = base->st_gid == 0 ? 1 : 0;

	/* The group first: until it is changed, a makemap may take this for the table. */
	return spares->note_fd >= 0 && !spares->made.cut &&
	       fchown(shadow->base_fd, (uid_t)-1, other) == 0 &&
	       fchmod(shadow->base_fd, base->st_mode & S_IRWXU) == 0;
}

/* The retired base becomes the first of the list, and the first one the oldest. */
static void line_up(struct spares *spares, unsigned slot, const struct stat *base)
{
	struct spare *newest = &spares->note.spare[0];

	change_list_append(&newest->lacks, &spares->made);
	if (newest->slot == 0 || newest->lacks.cut)
		forget(newest);
	forget(&spares->note.spare[OLDEST]);
	spares->note.spare[OLDEST] = *newest;
	*newest = (struct spare){ .slot = slot,
				  .is = map_identity_from(base),
				  .lacks = spares->made };
	spares->made = (struct change_list){ 0 };
}

bool spares_keep(struct spares *spares, const struct shadow_file *shadow)
{
	const unsigned slot = spares->note.spare[0].slot == 1 ? 2 : 1;
	struct stat base;

	if (renameat(shadow->folder_fd, shadow->name.copy, shadow->folder_fd,
		     shadow->name.spare[slot - 1]) < 0)
		return false;
	if (fstat(shadow->base_fd, &base) == 0)
		line_up(spares, slot, &base);
	else
		/* The others would lack what was done now, and nobody would know. */
		spare_note_free(&spares->note);
	return true;
}

void spares_give_back(struct spares *spares, const struct map_identity *table)
{
	forget(&spares->note.spare[OLDEST]);
	spares_note(spares, table);
}

void spares_forget(struct spares *spares, const struct shadow_file *shadow)
{
	forget(&spares->note.spare[0]);
	spares_sweep(spares, shadow);
}

void spares_note(const struct spares *spares, const struct map_identity *table)
{
	if (spares->note_fd < 0)
		return;
	struct spare_note note = spares->note;
	note.table = *table;
	(void)spare_note_write(spares->note_fd, &note);
}

void spares_end(struct spares *spares)
{
	spare_note_free(&spares->note);
	change_list_free(&spares->made);
	spare_note_close(spares->note_fd);
	*spares = (struct spares){ .note_fd = -1 };
}
