/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "scratch.h"

#include "base/why.h"
#include "map/map.h"
#include "map/new_file.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

/* While ours is written, somebody else makes his. */
static int write_while_another_comes(const void *path, int fd, struct why *why)
{
	(void)why;
	assert_int_equal(write(fd, "ours", 4), 4);
	scratch_write(path, "his", 3);
	return 0;
}

static int write_not(const void *path, int fd, struct why *why)
{
	(void)path;
	assert_int_equal(write(fd, "half", 4), 4);
	return why_say(why, -ENOSPC, "no room");
}

static const struct {
	const char *label;
	int (*write)(const void *path, int fd, struct why *why);
	int want;
	const char *want_content;
	int want_files;
} cases[] = {
	{ "another was quicker", write_while_another_comes, 0, "his", 1 },
	{ "it cannot be written", write_not, -ENOSPC, "(none)", 0 },
};

static int files_in(const char *path)
{
	DIR *folder = opendir(path);
	int count = 0;

	assert_non_null(folder);
	for (const struct dirent *entry; (entry = readdir(folder));)
		count += entry->d_name[0] != '.' || entry->d_name[1] > '.';
	assert_int_equal(closedir(folder), 0);
	return count;
}

static void a_file_that_is_there_stays_and_half_of_ours_does_not(void **state)
{
	const struct scratch *scratch = *state;
	char path[SCRATCH_PATH], text[16];

	scratch_path(scratch, "relay.db", path);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *label = cases[i].label;
		const struct map_place place = { .path = path };
		const struct new_file_content content = { cases[i].write, path };

		check_int(label, new_file(&place, content, NULL), cases[i].want);
		check_text(label, scratch_read(path, text, sizeof(text)),
			   cases[i].want_content);
		check_int(label, files_in(scratch->path), cases[i].want_files);
		(void)unlink(path);
	}
}

static int write_all(const void *path, int fd, struct why *why)
{
	(void)path;
	(void)why;
	return write(fd, "all", 3) == 3 ? 0 : -EIO;
}

/* Of a folder that is another user's, where we are root. */
static void it_is_the_processs_or_the_folders(void **state)
{
	static const struct {
		const char *label;
		mode_t new_mode, want_mode;
	} modes[] = { { "the process's", 0, 0644 },
		      { "the folder's", 0640, 0640 },
		      { "the folder's, for all to read", 0644, 0644 } };
	const struct scratch *scratch = *state;
	const bool root = geteuid() == 0;
	char path[SCRATCH_PATH];

	scratch_path(scratch, "relay.db", path);
	check_int("given", root ? chown(scratch->path, 8, 12) : 0, 0);
	for (size_t i = 0; i < COUNT(modes); i++) {
		const struct map_place place = { .path = path,
						 .new_mode = modes[i].new_mode };
		const mode_t before = umask(077);
		const int error = new_file(
			&place, (struct new_file_content){ write_all, path }, NULL);
		(void)umask(before);
		check_int(modes[i].label, error, 0);
		const struct stat made = scratch_stat(path);
		check_int(modes[i].label, made.st_mode & 07777, modes[i].want_mode);
		check_int(modes[i].label, made.st_uid,
			  root && modes[i].new_mode ? 8 : geteuid());
		check_int(modes[i].label, made.st_gid,
			  root && modes[i].new_mode ? 12 : getegid());
		(void)unlink(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(a_file_that_is_there_stays_and_half_of_ours_does_not),
		IN_SCRATCH(it_is_the_processs_or_the_folders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
