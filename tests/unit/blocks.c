/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/blocks.h"

#include "check.h"
#include "scratch.h"

#include "base/why.h"
#include "core/lease_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NOW 1000000000L
#define LINES "network=192.0.2.0/24 until=0\nuser=horn until=1000000060\n"

static struct lease_dir state_of(const struct scratch *scratch,
				 char path[static SCRATCH_PATH])
{
	struct lease_dir dir = { .path = scratch->path };

	dir.fd = open(scratch->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir.fd >= 0);
	(void)scratch_path(scratch, "blocked", path);
	return dir;
}

static struct block block_for(const char *user, const char *network, time_t until)
{
	struct block block;

	if (user)
		block_of_user(&block, user, until);
	else
		assert_int_equal(block_of_network(&block, network, until, NULL), 0);
	return block;
}

static void what_is_written_is_read(void **state)
{
	char path[SCRATCH_PATH], text[256];
	cleanup_lease_dir struct lease_dir dir = state_of(*state, path);
	cleanup_blocks struct blocks blocks = { 0 }, again = { 0 };
	struct block network = block_for(NULL, "192.0.2.0/24", 0);
	struct block user = block_for("horn", NULL, NOW + 60);

	check_int("no file", blocks_read(&dir, NOW, &blocks, NULL), 0);
	check_int("no file", blocks.count, 0);
	check_int("set", blocks_set(&blocks, &network), 0);
	check_int("set", blocks_set(&blocks, &user), 0);
	check_int("write", blocks_write(&dir, &blocks, NULL), 0);
	check_text("file", scratch_read(path, text, sizeof(text)), LINES);
	check_int("mode", scratch_stat(path).st_mode & 07777, 0600);
	check_int("read", blocks_read(&dir, NOW, &again, NULL), 0);
	check_int("read", again.count, 2);
	check_true("the network", block_same(&again.list[0], &network));
	check_true("the user", block_same(&again.list[1], &user));
	check_int("its end", again.list[1].until, NOW + 60);
}

static void one_of_each(void **state)
{
	cleanup_blocks struct blocks blocks = { 0 };
	struct block early = block_for("horn", NULL, NOW + 60);
	struct block late = block_for("horn", NULL, NOW + 120);
	struct block other = block_for("horns", NULL, 0);

	(void)state;
	(void)blocks_set(&blocks, &early);
	(void)blocks_set(&blocks, &other);
	(void)blocks_set(&blocks, &late);
	check_int("two", blocks.count, 2);
	check_int("the last word", blocks.list[0].until, NOW + 120);
	check_int("dropped", blocks_drop(&blocks, &early), 1);
	check_int("not twice", blocks_drop(&blocks, &early), 0);
	check_int("one", blocks.count, 1);
	check_text("the other", blocks.list[0].user, "horns");
}

static void without_a_block_there_is_no_file(void **state)
{
	char path[SCRATCH_PATH];
	cleanup_lease_dir struct lease_dir dir = state_of(*state, path);
	const struct blocks none = { 0 };

	scratch_write(path, LINES, strlen(LINES));
	check_int("written", blocks_write(&dir, &none, NULL), 0);
	check_int("gone", access(path, F_OK), -1);
	check_int("again", blocks_write(&dir, &none, NULL), 0);
}

static void what_is_over_is_none(void **state)
{
	char path[SCRATCH_PATH];
	cleanup_lease_dir struct lease_dir dir = state_of(*state, path);
	static const struct {
		long now;
		size_t want;
	} cases[] = { { NOW, 2 }, { NOW + 59, 2 }, { NOW + 60, 1 }, { NOW + 999, 1 } };

	scratch_write(path, LINES, strlen(LINES));
	for (size_t i = 0; i < COUNT(cases); i++) {
		cleanup_blocks struct blocks blocks = { 0 };
		check_int("read", blocks_read(&dir, cases[i].now, &blocks, NULL), 0);
		check_int("count", blocks.count, cases[i].want);
	}
}

static const struct {
	const char *label, *text;
	int want;
	const char *want_why;
} damage[] = {
	{ "no block", "user=a until=0\nx\n", -EINVAL, "blocked, line 2: is no block" },
	{ "cut", "user=a until=0\nuser=b un", -EINVAL, "line 2" },
	{ "an empty line", "\nuser=a until=0\n", -EINVAL, "line 1" },
};

/* Who was blocked is not known then: nobody may be opened. */
static void damage_is_said(void **state)
{
	char path[SCRATCH_PATH];
	cleanup_lease_dir struct lease_dir dir = state_of(*state, path);

	for (size_t i = 0; i < COUNT(damage); i++) {
		cleanup_blocks struct blocks blocks = { 0 };
		struct why why = { 0 };

		scratch_write(path, damage[i].text, strlen(damage[i].text));
		check_int(damage[i].label, blocks_read(&dir, NOW, &blocks, &why),
			  damage[i].want);
		check_contains(damage[i].label, why.text, damage[i].want_why);
		check_contains(damage[i].label, why.text, "nothing new is opened");
		check_int(damage[i].label, blocks.count, 0);
	}
	scratch_write(path, "user=a until=0\n\0user=b until=0\n", 31);
	cleanup_blocks struct blocks blocks = { 0 };
	check_int("a NUL", blocks_read(&dir, NOW, &blocks, NULL), -EILSEQ);
}

static void what_is_no_file_is_refused(void **state)
{
	char path[SCRATCH_PATH];
	cleanup_lease_dir struct lease_dir dir = state_of(*state, path);
	cleanup_blocks struct blocks blocks = { 0 };

	assert_int_equal(symlink("elsewhere", path), 0);
	check_int("a link", blocks_read(&dir, NOW, &blocks, NULL), -ELOOP);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	check_int("a folder", blocks_read(&dir, NOW, &blocks, NULL), -EFBIG);
	assert_int_equal(rmdir(path), 0);
}

/* What a killed one left under the new name is written over. */
static void a_half_written_one_is_no_matter(void **state)
{
	char path[SCRATCH_PATH], half[SCRATCH_PATH], text[256];
	cleanup_lease_dir struct lease_dir dir = state_of(*state, path);
	cleanup_blocks struct blocks blocks = { 0 };
	struct block user = block_for("horn", NULL, 0);

	(void)blocks_set(&blocks, &user);
	scratch_write(scratch_path(*state, ".blocked.new", half), LINES, strlen(LINES));
	check_int("written", blocks_write(&dir, &blocks, NULL), 0);
	check_text("whole", scratch_read(path, text, sizeof(text)),
		   "user=horn until=0\n");
	check_int("nothing beside", access(half, F_OK), -1);
}

static void there_is_a_limit(void **state)
{
	cleanup_blocks struct blocks blocks = { 0 };
	char name[32];

	(void)state;
	for (int i = 0; i < BLOCKS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "10.%d.%d.%d", i / 65536,
			       i / 256 % 256, i % 256);
		const struct block block = block_for(NULL, name, 0);
		assert_int_equal(blocks_set(&blocks, &block), 0);
	}
	const struct block more = block_for("one more", NULL, 0);
	check_int("more", blocks_set(&blocks, &more), -E2BIG);
	const struct block nobody = { .until = 0 };
	check_int("of nobody", blocks_set(&blocks, &nobody), -EINVAL);
	check_int("the same again", blocks_set(&blocks, &blocks.list[5]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(what_is_written_is_read),
		IN_SCRATCH(one_of_each),
		IN_SCRATCH(without_a_block_there_is_no_file),
		IN_SCRATCH(what_is_over_is_none),
		IN_SCRATCH(damage_is_said),
		IN_SCRATCH(what_is_no_file_is_refused),
		IN_SCRATCH(a_half_written_one_is_no_matter),
		IN_SCRATCH(there_is_a_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
