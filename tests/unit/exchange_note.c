/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/exchange_note.h"

#include "check.h"
#include "scratch.h"

#include "base/cleanup.h"
#include "base/why.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static int open_note(const struct scratch *scratch)
{
	char path[SCRATCH_PATH];
	const int fd = open(scratch_path(scratch, "commit.lock", path),
			    O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

static void check_note(const char *label, int fd, const struct exchange_note *want)
{
	struct exchange_note got;

	check_int(label, exchange_note_read(fd, &got), 1);
	check_int(label, got.ours, want->ours);
	check_int(label, got.in, want->in);
	check_int(label, got.out, want->out);
	check_text(label, got.map, want->map);
}

static void what_is_noted_is_read(void **state)
{
	static const struct exchange_note notes[] = {
		{ 3, 1, 2, "/etc/mail/access.db" },
		{ (ino_t)-1, (ino_t)-2, (ino_t)-3, "/a longer/path with blanks/x.db" },
		{ 3, 1, 2, "/" },
		{ 1, 1, 1, "/x map=/y" },
	};
	cleanup_fd int fd = open_note(*state);
	struct exchange_note got;

	check_int("none", exchange_note_read(fd, &got), 0);
	check_false("none", exchange_note_present(fd));
	for (size_t i = 0; i < COUNT(notes); i++) {
		/* Over a longer one as well as over a shorter one. */
		check_int("write", exchange_note_write(fd, &notes[i], NULL), 0);
		check_note(notes[i].map, fd, &notes[i]);
		check_true("present", exchange_note_present(fd));
	}
	check_int("clear", exchange_note_clear(fd, NULL), 0);
	check_false("cleared", exchange_note_present(fd));
	check_int("cleared", exchange_note_read(fd, &got), 0);
}

static void the_longest_path_fits(void **state)
{
	cleanup_fd int fd = open_note(*state);
	struct exchange_note note = { .ours = (ino_t)-1,
				      .in = (ino_t)-1,
				      .out = (ino_t)-1 };

	memset(note.map, 'x', sizeof(note.map) - 1);
	note.map[0] = '/';
	check_int("write", exchange_note_write(fd, &note, NULL), 0);
	check_note("longest", fd, &note);
}

/* Its inodes and its copy may be any after a power cut. */
static void a_note_of_another_boot_is_none(void **state)
{
	static const struct exchange_note note = { 3, 1, 2, "/x" };
	cleanup_fd int fd = open_note(*state);
	struct exchange_note got;
	char line[256] = "";

	check_int("write", exchange_note_write(fd, &note, NULL), 0);
	assert_true(pread(fd, line, sizeof(line) - 1, 0) > 0);
	char *boot = strstr(line, "boot=");
	assert_non_null(boot);
	boot[strlen("boot=")] ^= 1;
	assert_true(pwrite(fd, line, strlen(line), 0) > 0);
	check_int("another boot", exchange_note_read(fd, &got), 0);
	check_true("another boot", exchange_note_present(fd));
}

static const struct {
	const char *label, *text;
} no_notes[] = {
	{ "no newline", "ours=1 in=2 out=3 boot=- map=/x" },
	{ "cut off", "ours=1 in=2 out=\n" },
	{ "no path", "ours=1 in=2 out=3 boot=- map=\n" },
	{ "relative path", "ours=1 in=2 out=3 boot=- map=x\n" },
	{ "words", "ours=a in=b out=c boot=- map=/x\n" },
	{ "other order", "in=2 out=3 ours=1 boot=- map=/x\n" },
	{ "another's words", "4711\n" },
};

static void a_spoilt_note_is_none(void **state)
{
	cleanup_fd int fd = open_note(*state);

	for (size_t i = 0; i < COUNT(no_notes); i++) {
		struct exchange_note got;

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_true(pwrite(fd, no_notes[i].text, strlen(no_notes[i].text), 0) >
			    0);
		check_int(no_notes[i].label, exchange_note_read(fd, &got), 0);
		/* But it is something to look at. */
		check_true(no_notes[i].label, exchange_note_present(fd));
	}
}

/* A writer that is killed between its two writes leaves the file as it looks here. */
static void a_note_without_its_first_byte_is_none(void **state)
{
	static const struct exchange_note note = { 3, 1, 2, "/x" };
	static const char *const firsts[] = { "\n", "\0" };
	cleanup_fd int fd = open_note(*state);

	for (size_t i = 0; i < COUNT(firsts); i++) {
		struct exchange_note got;

		check_int("write", exchange_note_write(fd, &note, NULL), 0);
		assert_int_equal(pwrite(fd, firsts[i], 1, 0), 1);
		check_int("none", exchange_note_read(fd, &got), 0);
		check_int("clear", exchange_note_clear(fd, NULL), 0);
		check_false("cleared", exchange_note_present(fd));
	}
}

static void a_note_that_cannot_be_kept_is_an_error(void **state)
{
	const struct exchange_note note = { 3, 1, 2, "/x" };
	struct exchange_note got;
	struct why why = { 0 };
	char path[SCRATCH_PATH];

	scratch_write(scratch_path(*state, "x", path), "ours", 4);
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	check_int("write", exchange_note_write(fd, &note, &why), -EBADF);
	check_contains("write", why.text, "commit.lock");
	check_true("clear", exchange_note_clear(fd, &why) < 0);
	check_int("read", exchange_note_read(-1, &got), -EBADF);
	check_false("present", exchange_note_present(-1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(what_is_noted_is_read),
		IN_SCRATCH(the_longest_path_fits),
		IN_SCRATCH(a_note_without_its_first_byte_is_none),
		IN_SCRATCH(a_spoilt_note_is_none),
		IN_SCRATCH(a_note_of_another_boot_is_none),
		IN_SCRATCH(a_note_that_cannot_be_kept_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
