/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every row of the table in map/shadow_recover.h: files are planted at the map's path
 * (P) and under the copy's name (T), a note is written, and the end is looked at.
 */
#include "map/shadow_recover.h"

#include "check.h"
#include "scratch.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "map/exchange_note.h"
#include "map/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LONG_AGO 1000000000L
#define FUTURE 4000000000L

/* The files there may be, each with its name for content. */
enum who { NONE, BASE, OURS, FOREIGN, NEWER, WHO };
static const char *const who_names[] = { "(none)", "base", "ours", "foreign", "newer" };

static const struct {
	const char *label;
	enum who path, copy;	/* at P and T */
	enum who ours, in, out; /* the note; ours NONE: there is no note */
	enum who want_path;
} rows[] = {
	{ "nothing left", BASE, NONE, NONE, NONE, NONE, BASE },
	{ "no T: died after the unlink", OURS, NONE, OURS, OURS, BASE, OURS },
	{ "T, no note: died while copying", BASE, OURS, NONE, NONE, NONE, BASE },
	{ "T, no note, no P", NONE, OURS, NONE, NONE, NONE, NONE },
	{ "T = out: died after the exchange", OURS, BASE, OURS, OURS, BASE, OURS },
	{ "T = in = ours: died before the exchange", BASE, OURS, OURS, OURS, BASE, BASE },
	{ "T = in = ours, P was replaced", FOREIGN, OURS, OURS, OURS, BASE, FOREIGN },
	{ "T = in, foreign, P = out: died before putting back", OURS, FOREIGN, OURS,
	  FOREIGN, OURS, FOREIGN },
	{ "T = out: died after putting back", FOREIGN, OURS, OURS, FOREIGN, OURS,
	  FOREIGN },
	{ "T other, P = in: a foreign file came out", OURS, FOREIGN, OURS, OURS, BASE,
	  FOREIGN },
	{ "T other, P = in: a newer one came out", FOREIGN, NEWER, OURS, FOREIGN, OURS,
	  NEWER },
	{ "P is newer than both", NEWER, FOREIGN, OURS, FOREIGN, OURS, NEWER },
	{ "P and T are newer than both", NEWER, FOREIGN, OURS, OURS, BASE, NEWER },
};

struct stage {
	char path[SCRATCH_PATH], copy[SCRATCH_PATH];
	int note_fd;
	int fd[WHO]; /* each file stays open: its inode is not used anew */
};

static ino_t inode(const struct stage *stage, enum who who)
{
	struct stat file;

	if (who == NONE)
		return 0;
	assert_int_equal(fstat(stage->fd[who], &file), 0);
	return file.st_ino;
}

static void make_files(struct stage *stage, const struct scratch *scratch)
{
	for (enum who who = BASE; who < WHO; who++) {
		char path[SCRATCH_PATH];

		scratch_path(scratch, who_names[who], path);
		scratch_write(path, who_names[who], strlen(who_names[who]));
		scratch_date(path, LONG_AGO);
		stage->fd[who] = open(path, O_RDONLY | O_CLOEXEC);
		assert_true(stage->fd[who] >= 0);
	}
}

static void place_file(const struct scratch *scratch, enum who who, const char *path)
{
	char from[SCRATCH_PATH];

	if (who != NONE)
		assert_int_equal(
			rename(scratch_path(scratch, who_names[who], from), path), 0);
}

static void set_stage(struct stage *stage, const struct scratch *scratch)
{
	char lock[SCRATCH_PATH], mail[SCRATCH_PATH];

	(void)mkdir(scratch_path(scratch, "mail", mail), 0700);
	scratch_path(scratch, "mail/access.db", stage->path);
	scratch_path(scratch, "mail/.access.db.pam_sap", stage->copy);
	stage->note_fd = open(scratch_path(scratch, "lock", lock),
			      O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(stage->note_fd >= 0);
	make_files(stage, scratch);
}

static void clear_stage(struct stage *stage)
{
	(void)unlink(stage->path);
	(void)unlink(stage->copy);
	(void)close(stage->note_fd);
	for (enum who who = BASE; who < WHO; who++)
		(void)close(stage->fd[who]);
}

static void write_note(const struct stage *stage, enum who ours, enum who in,
		       enum who out, const char *map)
{
	struct exchange_note note = { .ours = inode(stage, ours),
				      .in = inode(stage, in),
				      .out = inode(stage, out) };

	(void)snprintf(note.map, sizeof(note.map), "%s", map);
	if (ours != NONE)
		assert_int_equal(exchange_note_write(stage->note_fd, &note, NULL), 0);
}

/* Whoever lost its name says so to its readers: a later time, by a second at least. */
static void check_retired(const char *label, const struct stage *stage, enum who who)
{
	struct stat file;

	assert_int_equal(fstat(stage->fd[who], &file), 0);
	check_int(label, file.st_nlink, 0);
	check_true(label, file.st_mtime > LONG_AGO);
}

static void check_row(const struct scratch *scratch, size_t i)
{
	const char *label = rows[i].label;
	struct stage stage;
	char text[32];

	set_stage(&stage, scratch);
	place_file(scratch, rows[i].path, stage.path);
	place_file(scratch, rows[i].copy, stage.copy);
	write_note(&stage, rows[i].ours, rows[i].in, rows[i].out, stage.path);

	const struct map_place place = { .path = stage.path, .note_fd = stage.note_fd };
	check_int(label, shadow_recover(&place, NULL), 0);
	check_text(label, scratch_read(stage.path, text, sizeof(text)),
		   who_names[rows[i].want_path]);
	check_text(label, scratch_read(stage.copy, text, sizeof(text)), "(none)");
	check_false(label, exchange_note_present(stage.note_fd));
	check_false(label, map_needs_recovery(&place));
	if (rows[i].copy != NONE)
		check_retired(label, &stage,
			      rows[i].copy == rows[i].want_path ? rows[i].path
								: rows[i].copy);
	if (rows[i].want_path != NONE)
		check_int(label, scratch_stat(stage.path).st_mtime, LONG_AGO);
	clear_stage(&stage);
}

static void each_row_of_the_table(void **state)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(*state, i);
}

/* Never back in time, not even for a file from the future. */
static void a_bump_is_later_than_the_file(void **state)
{
	struct stage stage;
	struct stat file;

	set_stage(&stage, *state);
	place_file(*state, OURS, stage.path);
	place_file(*state, BASE, stage.copy);
	scratch_date(stage.copy, FUTURE);
	write_note(&stage, OURS, OURS, BASE, stage.path);
	const struct map_place place = { .path = stage.path, .note_fd = stage.note_fd };
	check_int("recover", shadow_recover(&place, NULL), 0);
	assert_int_equal(fstat(stage.fd[BASE], &file), 0);
	check_true("later", file.st_mtime > FUTURE);
	clear_stage(&stage);
}

/* A foreign file was about to be put back when the holder died. */
static void leave_a_note(struct stage *stage, const struct scratch *scratch)
{
	set_stage(stage, scratch);
	place_file(scratch, OURS, stage->path);
	place_file(scratch, FOREIGN, stage->copy);
	write_note(stage, OURS, OURS, BASE, stage->path);
}

static void check_put_back(const struct stage *stage, const struct map_place *place)
{
	char text[32];

	check_true("needed", map_needs_recovery(place));
	check_int("recover", shadow_recover(place, NULL), 0);
	check_text("P", scratch_read(stage->path, text, sizeof(text)), "foreign");
	check_text("T", scratch_read(stage->copy, text, sizeof(text)), "(none)");
	check_false("note", exchange_note_present(stage->note_fd));
}

/* The settings name another map than when the holder died. */
static void the_notes_map_comes_first(void **state)
{
	const struct scratch *scratch = *state;
	struct stage stage;
	char other[SCRATCH_PATH];

	leave_a_note(&stage, scratch);
	scratch_path(scratch, "other.db", other);
	check_put_back(&stage,
		       &(struct map_place){ .path = other, .note_fd = stage.note_fd });
	clear_stage(&stage);
}

/* The settings name an LMDB table since: it has no copy, the note is finished. */
static void a_table_in_place_has_a_note_of_another(void **state)
{
	const struct scratch *scratch = *state;
	struct stage stage;
	char copy[SCRATCH_PATH], text[32];

	leave_a_note(&stage, scratch);
	const struct map_place place = { .path = stage.path,
					 .note_fd = stage.note_fd,
					 .in_place = true };
	check_put_back(&stage, &place);
	scratch_write(scratch_path(scratch, "mail/.access.db.pam_sap", copy), "x", 1);
	check_false("needed for a name", map_needs_recovery(&place));
	check_int("recover", shadow_recover(&place, NULL), 0);
	check_text("a name", scratch_read(copy, text, sizeof(text)), "x");
	clear_stage(&stage);
}

static void a_map_that_is_gone_does_not_hold_up_another(void **state)
{
	const struct scratch *scratch = *state;
	struct stage stage;
	char text[32];

	set_stage(&stage, scratch);
	place_file(scratch, BASE, stage.path);
	place_file(scratch, FOREIGN, stage.copy);
	write_note(&stage, OURS, OURS, BASE, "/nowhere/access.db");
	const struct map_place place = { .path = stage.path, .note_fd = stage.note_fd };
	check_int("recover", shadow_recover(&place, NULL), 0);
	check_text("P", scratch_read(stage.path, text, sizeof(text)), "base");
	check_text("T", scratch_read(stage.copy, text, sizeof(text)), "(none)");
	check_false("note", exchange_note_present(stage.note_fd));
	clear_stage(&stage);
}

/* A link under the copy's name is somebody's trick: it goes, its target stays. */
static void a_planted_link_is_not_followed(void **state)
{
	const struct scratch *scratch = *state;
	struct stage stage;
	char target[SCRATCH_PATH], text[32];

	set_stage(&stage, scratch);
	place_file(scratch, BASE, stage.path);
	scratch_path(scratch, "foreign", target);
	assert_int_equal(symlink(target, stage.copy), 0);
	const struct map_place place = { .path = stage.path, .note_fd = stage.note_fd };
	check_int("recover", shadow_recover(&place, NULL), 0);
	check_text("target", scratch_read(target, text, sizeof(text)), "foreign");
	check_int("target", scratch_stat(target).st_mtime, LONG_AGO);
	check_false("link", map_needs_recovery(&place));
	clear_stage(&stage);
}

static void a_folder_under_its_name_is_an_error(void **state)
{
	struct stage stage;
	struct why why = { 0 };

	set_stage(&stage, *state);
	assert_int_equal(mkdir(stage.copy, 0700), 0);
	const struct map_place place = { .path = stage.path, .note_fd = stage.note_fd };
	check_true("folder", shadow_recover(&place, &why) < 0);
	check_contains("folder", why.text, ".access.db.pam_sap");
	assert_int_equal(rmdir(stage.copy), 0);
	clear_stage(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(each_row_of_the_table),
		IN_SCRATCH(a_bump_is_later_than_the_file),
		IN_SCRATCH(the_notes_map_comes_first),
		IN_SCRATCH(a_table_in_place_has_a_note_of_another),
		IN_SCRATCH(a_map_that_is_gone_does_not_hold_up_another),
		IN_SCRATCH(a_planted_link_is_not_followed),
		IN_SCRATCH(a_folder_under_its_name_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
