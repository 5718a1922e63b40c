/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/spare_note.h"

#include "base/cleanup.h"
#include "map/boot_id.h"
#include "map/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define NOTE_MAGIC 0x3353455241505333u /* changes with the layout */

/* The file is read on the machine on which it was written. run_dir may be on a disk: then
 * it is there after a boot. */
struct head {
	uint64_t magic;
	char boot[BOOT_ID];
	struct map_identity table;
	uint64_t one_form;
	struct {
		struct map_identity is;
		uint64_t slot, lacks;
	} spare[SPARES];
};

/* Behind the lists: a note without it was cut off. */
static const uint64_t end_mark = NOTE_MAGIC;

int spare_note_open(const char *run_dir)
{
	char path[PATH_MAX];

	const int length = snprintf(path, sizeof(path), "%s/spares", run_dir);
	if (length < 0 || (size_t)length >= sizeof(path))
		return -ENAMETOOLONG;
	cleanup_fd int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	const int locked = file_lock_exclusive(fd);
	return locked < 0 ? locked : take_fd(&fd);
}

void spare_note_close(int fd)
{
	file_unlock(fd);
	close_owned_fd(&fd);
}

static bool read_list(int fd, off_t *at, uint64_t size, struct change_list *ret)
{
	if (size > CHANGE_LIST_MAX)
		return false;
	if (size == 0)
		return true;
	ret->bytes = malloc(size);
	if (!ret->bytes || pread(fd, ret->bytes, size, *at) != (ssize_t)size)
		return false;
	ret->size = ret->room = size;
	*at += (off_t)size;
	return true;
}

static bool read_note(int fd, struct spare_note *ret)
{
	struct head head;
	char boot[BOOT_ID];
	uint64_t mark = 0;
	off_t at = sizeof(head);

	if (pread(fd, &head, sizeof(head), 0) != sizeof(head) ||
	    head.magic != NOTE_MAGIC || !boot_id_read(boot) ||
	    memcmp(boot, head.boot, sizeof(boot)) != 0)
		return false;
	ret->table = head.table;
	ret->one_form = head.one_form == 1;
	for (size_t i = 0; i < SPARES; i++) {
		ret->spare[i].is = head.spare[i].is;
		if (!read_list(fd, &at, head.spare[i].lacks, &ret->spare[i].lacks))
			return false;
	}
	if (pread(fd, &mark, sizeof(mark), at) != sizeof(mark) || mark != end_mark)
		return false;
	for (size_t i = 0; i < SPARES; i++)
		ret->spare[i].slot =
			head.spare[i].slot <= SPARES ? (unsigned)head.spare[i].slot : 0;
	return true;
}

int spare_note_take(int fd, struct spare_note *ret)
{
	*ret = (struct spare_note){ 0 };
	const bool found = read_note(fd, ret);

	if (ftruncate(fd, 0) < 0)
		return -errno;
	return found;
}

int spare_note_write(int fd, const struct spare_note *note)
{
	struct head head;
	struct iovec part[SPARES + 2] = { { &head, sizeof(head) } };
	size_t size = sizeof(head) + sizeof(end_mark);

	memset(&head, 0, sizeof(head));
	head.magic = NOTE_MAGIC;
	if (!boot_id_read(head.boot))
		return -ENOENT;
	head.table = note->table;
	head.one_form = note->one_form;
	for (size_t i = 0; i < SPARES; i++) {
		const struct spare *spare = &note->spare[i];
		head.spare[i].is = spare->is;
		head.spare[i].slot = spare->slot;
		head.spare[i].lacks = spare->lacks.size;
		part[i + 1] = (struct iovec){ spare->lacks.bytes, spare->lacks.size };
		size += spare->lacks.size;
	}
	part[SPARES + 1] =
		(struct iovec){ (void *)(uintptr_t)&end_mark, sizeof(end_mark) };
	return pwritev(fd, part, SPARES + 2, 0) == (ssize_t)size ? 0 : -EIO;
}

void spare_note_free(struct spare_note *note)
{
	for (size_t i = 0; i < SPARES; i++)
		change_list_free(&note->spare[i].lacks);
	*note = (struct spare_note){ 0 };
}
