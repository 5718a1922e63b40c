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

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(a_file_that_is_there_stays_and_half_of_ours_does_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
