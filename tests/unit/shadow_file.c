/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of map/shadow_file.h one by one, and somebody's `mv` at the worst moments:
 * the linker puts __wrap_file_lock_shared and __wrap_renameat2 in the way. What the
 * steps do together is in map_contract_commit.c.
 */
#include "map/shadow_file.h"

#include "check.h"
#include "scratch.h"

#include "base/why.h"
#include "map/exchange_note.h"
#include "map/file_lock.h"
#include "map/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LONG_AGO 1000000000L

int __real_file_lock_shared(int fd);
int __wrap_file_lock_shared(int fd);
int __real_renameat2(int from_fd, const char *from, int to_fd, const char *to,
		     unsigned flags);
int __wrap_renameat2(int from_fd, const char *from, int to_fd, const char *to,
		     unsigned flags);

/* The stage of the test that runs. */
static struct {
	struct scratch scratch;
	char path[SCRATCH_PATH];
	struct map_place place;
	struct shadow_file shadow;
	int replacements; /* by mv, still to come */
	int moved;	  /* came */
	int exchanges;
	struct exchange_note notes[8]; /* as they stood at each exchange */
	int reader;		       /* another descriptor of the base; 0: none */
	bool shared;		       /* it could be locked at the exchange */
} stage;

/* A new file, with its number for content, takes the map's path. */
static void replace(void)
{
	char beside[SCRATCH_PATH], content[16];

	(void)snprintf(content, sizeof(content), "mv %d", ++stage.moved);
	scratch_path(&stage.scratch, "mail/new", beside);
	scratch_write(beside, content, strlen(content));
	scratch_date(beside, LONG_AGO);
	assert_int_equal(rename(beside, stage.path), 0);
}

static void maybe_replace(void)
{
	if (stage.replacements > 0) {
		stage.replacements--;
		replace();
	}
}

int __wrap_file_lock_shared(int fd)
{
	maybe_replace();
	return __real_file_lock_shared(fd);
}

int __wrap_renameat2(int from_fd, const char *from, int to_fd, const char *to,
		     unsigned flags)
{
	struct exchange_note *note = &stage.notes[stage.exchanges++];

	/* A kill behind this line is finished from the note alone. */
	check_int("noted before", exchange_note_read(stage.place.note_fd, note), 1);
	if (stage.reader > 0)
		stage.shared = flock(stage.reader, LOCK_SH | LOCK_NB) == 0;
	maybe_replace();
	return __real_renameat2(from_fd, from, to_fd, to, flags);
}

static int set_up(void **state)
{
	char path[SCRATCH_PATH];

	(void)state;
	memset(&stage, 0, sizeof(stage));
	scratch_make(&stage.scratch);
	assert_int_equal(mkdir(scratch_path(&stage.scratch, "mail", path), 0700), 0);
	scratch_path(&stage.scratch, "mail/access.db", stage.path);
	scratch_write(stage.path, "base", 4);
	scratch_date(stage.path, LONG_AGO);
	stage.place.path = stage.path;
	stage.place.note_fd = open(scratch_path(&stage.scratch, "lock", path),
				   O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(stage.place.note_fd >= 0);
	stage.shadow = (struct shadow_file)SHADOW_FILE_NONE;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	shadow_close(&stage.shadow);
	(void)close(stage.place.note_fd);
	scratch_remove(&stage.scratch);
	return 0;
}

static void check_content(const char *label, const char *want)
{
	char text[32], copy[SCRATCH_PATH];

	check_text(label, scratch_read(stage.path, text, sizeof(text)), want);
	scratch_path(&stage.scratch, "mail/.access.db.pam_sap", copy);
	check_int(label, access(copy, F_OK), -1);
	check_false(label, exchange_note_present(stage.place.note_fd));
}

static void make_copy(void)
{
	assert_int_equal(shadow_open(&stage.shadow, &stage.place, NULL), 0);
	assert_int_equal(shadow_copy(&stage.shadow, NULL), 0);
	assert_int_equal(pwrite(stage.shadow.copy_fd, "ours", 4, 0), 4);
	assert_int_equal(shadow_sync(&stage.shadow, NULL), 0);
}

static void replaced_while_opened_it_opens_the_new_one(void **state)
{
	(void)state;
	stage.replacements = 3;
	check_int("open", shadow_open(&stage.shadow, &stage.place, NULL), 0);
	check_int("replaced", stage.moved, 3);
	check_int("the one at the path", stage.shadow.base.st_ino,
		  scratch_stat(stage.path).st_ino);
}

static void replaced_again_and_again_it_gives_up(void **state)
{
	struct why why = { 0 };

	(void)state;
	stage.replacements = 1000;
	check_int("open", shadow_open(&stage.shadow, &stage.place, &why), -EBUSY);
	check_contains("open", why.text, "replaced again and again");
}

static void an_exchange_is_noted_before(void **state)
{
	(void)state;
	make_copy();
	const ino_t base = stage.shadow.base.st_ino, copy = stage.shadow.copy.st_ino;
	check_int("exchange", shadow_exchange(&stage.shadow, NULL), 0);
	check_int("once", stage.exchanges, 1);
	check_int("ours", stage.notes[0].ours, copy);
	check_int("in", stage.notes[0].in, copy);
	check_int("out", stage.notes[0].out, base);
	check_text("map", stage.notes[0].map, stage.path);
	check_content("after", "ours");
	check_int("its time", scratch_stat(stage.path).st_mtime, LONG_AGO);
}

/* sendmail holds the shared lock while it opens the table, and would fail. */
static void it_comes_when_nobody_opens_the_table(void **state)
{
	(void)state;
	stage.reader = open(stage.path, O_RDONLY | O_CLOEXEC);
	make_copy();
	check_int("exchange", shadow_exchange(&stage.shadow, NULL), 0);
	check_int("once", stage.exchanges, 1);
	check_false("locked for all others", stage.shared);
	check_int("and no longer", flock(stage.reader, LOCK_EX | LOCK_NB), 0);
	(void)close(stage.reader);
}

static void a_reader_that_stays_is_not_waited_for(void **state)
{
	(void)state;
	stage.reader = open(stage.path, O_RDONLY | O_CLOEXEC);
	make_copy();
	assert_int_equal(flock(stage.reader, LOCK_SH | LOCK_NB), 0);
	check_int("exchange", shadow_exchange(&stage.shadow, NULL), 0);
	check_true("shared as before", stage.shared);
	check_content("after", "ours");
	(void)close(stage.reader);
}

static void a_rebuilder_that_was_quicker_has_it(void **state)
{
	struct why why = { 0 };

	(void)state;
	stage.reader = open(stage.path, O_RDONLY | O_CLOEXEC);
	make_copy();
	file_unlock(stage.shadow.base_fd);
	assert_int_equal(flock(stage.reader, LOCK_EX | LOCK_NB), 0);
	check_int("exchange", shadow_exchange(&stage.shadow, &why), -EBUSY);
	check_contains("exchange", why.text, "is being rebuilt");
	check_int("none", stage.exchanges, 0);
	shadow_abandon(&stage.shadow);
	check_content("after", "base");
	(void)close(stage.reader);
}

/* One mv before the first exchange, and more while that one is put back. */
static void check_mv(int moves, const char *want)
{
	make_copy();
	const ino_t copy = stage.shadow.copy.st_ino;

	stage.replacements = moves;
	check_int(want, shadow_exchange(&stage.shadow, NULL), -EAGAIN);
	check_int(want, stage.moved, moves);
	check_int(want, stage.exchanges, moves + 1);
	for (int i = 0; i < stage.exchanges; i++)
		check_int(want, stage.notes[i].ours, copy);
	check_content(want, want);
	check_int(want, scratch_stat(stage.path).st_mtime, LONG_AGO);
}

static void a_mv_wins(void **state)
{
	(void)state;
	check_mv(1, "mv 1");
}

static void the_second_mv_wins(void **state)
{
	(void)state;
	check_mv(2, "mv 2");
}

static void the_last_of_five_wins(void **state)
{
	(void)state;
	check_mv(5, "mv 5");
}

static void abandoned_the_copy_goes(void **state)
{
	(void)state;
	make_copy();
	shadow_abandon(&stage.shadow);
	check_int("closed", stage.shadow.copy_fd, -1);
	check_content("abandoned", "base");
	shadow_abandon(&stage.shadow);
	shadow_close(&stage.shadow);
	check_int("nothing was exchanged", stage.exchanges, 0);
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(replaced_while_opened_it_opens_the_new_one),
		ON_STAGE(replaced_again_and_again_it_gives_up),
		ON_STAGE(an_exchange_is_noted_before),
		ON_STAGE(it_comes_when_nobody_opens_the_table),
		ON_STAGE(a_reader_that_stays_is_not_waited_for),
		ON_STAGE(a_rebuilder_that_was_quicker_has_it),
		ON_STAGE(a_mv_wins),
		ON_STAGE(the_second_mv_wins),
		ON_STAGE(the_last_of_five_wins),
		ON_STAGE(abandoned_the_copy_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
