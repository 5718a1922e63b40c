/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/spare_note.h"

#include "check.h"
#include "scratch.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct map_bytes bytes_of(const char *text)
{
	return (struct map_bytes){ .data = text, .size = strlen(text) };
}

static void fill(struct spare_note *note)
{
	*note = (struct spare_note){
		.one_form = true,
		.table = { .dev = 1, .ino = 2, .size = 3, .mtime = { 4, 5 } },
		.spare = { { .slot = 2, .is = { .ino = 7 } },
			   { .slot = 1, .is = { .ino = 8, .ctime = { 9, 10 } } } },
	};
	change_list_put(&note->spare[0].lacks, bytes_of("a"), bytes_of("1"));
	change_list_remove(&note->spare[1].lacks, bytes_of("b"));
	change_list_put(&note->spare[1].lacks, bytes_of("a"), bytes_of("1"));
}

static void check_equal(const char *label, const struct spare_note *got,
			const struct spare_note *want)
{
	check_true(label, map_identity_equal(&got->table, &want->table));
	check_int(label, got->one_form, want->one_form);
	for (size_t i = 0; i < SPARES; i++) {
		const struct spare *one = &got->spare[i], *other = &want->spare[i];
		check_int(label, one->slot, other->slot);
		check_true(label, map_identity_equal(&one->is, &other->is));
		check_int(label, one->lacks.size, other->lacks.size);
		check_int(label,
			  memcmp(one->lacks.bytes, other->lacks.bytes, other->lacks.size),
			  0);
	}
}

static void a_note_is_taken_once(void **state)
{
	const struct scratch *scratch = *state;
	struct spare_note note, got;
	const int fd = spare_note_open(scratch->path);

	check_true("opened", fd >= 0);
	check_int("none yet", spare_note_take(fd, &got), 0);
	fill(&note);
	check_int("written", spare_note_write(fd, &note), 0);
	check_int("taken", spare_note_take(fd, &got), 1);
	check_equal("as it was", &got, &note);
	spare_note_free(&got);
	check_int("none any more", spare_note_take(fd, &got), 0);
	check_int("no slot", got.spare[0].slot, 0);
	spare_note_free(&got);
	spare_note_free(&note);
	spare_note_close(fd);
}

/* A writer that died may leave any part of it. */
static void a_cut_note_is_none(void **state)
{
	const struct scratch *scratch = *state;
	struct spare_note note, got;
	char path[SCRATCH_PATH];
	const int fd = spare_note_open(scratch->path);

	fill(&note);
	assert_int_equal(spare_note_write(fd, &note), 0);
	const off_t whole = scratch_stat(scratch_path(scratch, "spares", path)).st_size;
	for (off_t size = 0; size < whole; size++) {
		assert_int_equal(spare_note_write(fd, &note), 0);
		assert_int_equal(ftruncate(fd, size), 0);
		check_int("cut", spare_note_take(fd, &got), 0);
		check_int("no slot", got.spare[0].slot + got.spare[1].slot, 0);
		spare_note_free(&got);
	}
	spare_note_free(&note);
	spare_note_close(fd);
}

/* Of another layout, or overwritten by whoever may. */
static void what_is_no_note_is_none(void **state)
{
	const struct scratch *scratch = *state;
	struct spare_note note, got;
	const int fd = spare_note_open(scratch->path);

	fill(&note);
	assert_int_equal(spare_note_write(fd, &note), 0);
	check_int("overwritten", pwrite(fd, "X", 1, 0), 1);
	check_int("another magic", spare_note_take(fd, &got), 0);
	spare_note_free(&got);

	/* run_dir is on a disk, and this is another boot. */
	assert_int_equal(spare_note_write(fd, &note), 0);
	check_int("overwritten", pwrite(fd, "another boot", 12, 8), 12);
	check_int("another boot", spare_note_take(fd, &got), 0);
	spare_note_free(&got);

	note.spare[0].slot = SPARES + 1;
	assert_int_equal(spare_note_write(fd, &note), 0);
	check_int("a slot that is none", spare_note_take(fd, &got), 1);
	check_int("a slot that is none", got.spare[0].slot, 0);
	spare_note_free(&got);
	spare_note_free(&note);
	spare_note_close(fd);
}

static void it_stands_in_the_run_folder(void **state)
{
	const struct scratch *scratch = *state;
	char path[SCRATCH_PATH];

	check_int("no folder", spare_note_open(scratch_path(scratch, "none", path)),
		  -ENOENT);
	const int fd = spare_note_open(scratch->path);
	check_int("mode",
		  scratch_stat(scratch_path(scratch, "spares", path)).st_mode & 07777,
		  0600);
	check_int("another commit's", spare_note_open(scratch->path), -EBUSY);
	spare_note_close(fd);
	const int again = spare_note_open(scratch->path);
	check_true("free again", again >= 0);
	spare_note_close(again);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	check_int("a link is not followed", spare_note_open(scratch->path), -ELOOP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(a_note_is_taken_once),
		IN_SCRATCH(a_cut_note_is_none),
		IN_SCRATCH(what_is_no_note_is_none),
		IN_SCRATCH(it_stands_in_the_run_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
