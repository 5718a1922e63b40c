/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay - a fuzzer over the inputs that are kept, in any build
 *
 *	fuzz-NAME-replay FOLDER...
 *
 * A folder that is not there has no crash yet.
 */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void replay_file(const char *path)
{
	struct stat file;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	(void)printf("%s\n", path);
	(void)fflush(stdout);
	must(fd >= 0 && fstat(fd, &file) == 0);
	/* Exactly as large, so that a sanitizer sees what is read behind it. */
	uint8_t *bytes = malloc((size_t)file.st_size);
	must(bytes != NULL || file.st_size == 0);
	must(read(fd, bytes, (size_t)file.st_size) == file.st_size);
	(void)close(fd);
	must(LLVMFuzzerTestOneInput(bytes, (size_t)file.st_size) == 0);
	free(bytes);
}

static size_t replay_folder(const char *path)
{
	const struct dirent *entry;
	size_t count = 0;
	DIR *folder = opendir(path);

	while (folder && (entry = readdir(folder))) {
		char file[4096];

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		replay_file(file);
		count++;
	}
	if (folder)
		(void)closedir(folder);
	return count;
}

int main(int argc, char **argv)
{
	size_t count = 0;

	/* As libFuzzer does, without any input at all. */
	must(LLVMFuzzerTestOneInput((const uint8_t *)"", 0) == 0);
	for (int i = 1; i < argc; i++)
		count += replay_folder(argv[i]);
	(void)printf("%zu inputs replayed\n", count);
	/* A corpus that is not found would look like success. */
	return count > 0 ? 0 : 1;
}
