/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

void fuzz_fail(const char *what, const char *file, int line)
{
	(void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

unsigned fuzz_byte(struct fuzz_input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->at++;
}

const char *fuzz_text(struct fuzz_input *input, char text[static FUZZ_TEXT])
{
	const uint8_t *end = memchr(input->at, 0, input->left);
	const size_t length = end ? (size_t)(end - input->at) : input->left;
	const size_t kept = length < FUZZ_TEXT ? length : FUZZ_TEXT - 1;

	memcpy(text, input->at, kept);
	text[kept] = '\0';
	input->at += end ? length + 1 : length;
	input->left -= end ? length + 1 : length;
	return text;
}

char *fuzz_rest(struct fuzz_input *input)
{
	char *text = malloc(input->left + 1);

	must(text != NULL);
	memcpy(text, input->at, input->left);
	text[input->left] = '\0';
	input->left = 0;
	return text;
}

bool fuzz_is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

int fuzz_file(const void *bytes, size_t size)
{
	const int fd = memfd_create("fuzz", MFD_CLOEXEC);

	must(fd >= 0 && fchmod(fd, 0600) == 0);
	must(pwrite(fd, bytes, size, 0) == (ssize_t)size);
	return fd;
}

const char *fuzz_path(int fd, char path[static FUZZ_PATH])
{
	(void)snprintf(path, FUZZ_PATH, "/proc/self/fd/%d", fd);
	return path;
}

static int remove_one(const char *path, const struct stat *file, int kind,
		      struct FTW *where)
{
	(void)file;
	(void)kind;
	(void)where;
	return remove(path);
}

static void remove_folder(void)
{
	(void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *fuzz_folder(void)
{
	if (folder[0] == '\0') {
		(void)snprintf(folder, sizeof(folder), "%s/sap-fuzz.XXXXXX",
			       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
		must(mkdtemp(folder) != NULL);
		must(atexit(remove_folder) == 0);
	}
	return folder;
}
