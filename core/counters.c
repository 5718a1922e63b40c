/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/counters.h"

#include "base/cleanup.h"
#include "core/settings.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NAME "counters"
#define LINE 192 /* more than the line needs */
#define FORMAT                                                                           \
	"commits=%020llu failures=%020llu microseconds=%020llu opened=%020llu "          \
	"removed=%020llu\n"
#define SCAN                                                                             \
	"commits=%20llu failures=%20llu microseconds=%20llu opened=%20llu "              \
	"removed=%20llu"

static int open_file(const char *run_dir, int flags)
{
	char path[SETTINGS_PATH + sizeof("/" NAME)];

	(void)snprintf(path, sizeof(path), "%s/" NAME, run_dir);
	return open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644);
}

static void read_from(int fd, struct counters *ret)
{
	char line[LINE];

	const ssize_t length = pread(fd, line, sizeof(line) - 1, 0);
	line[length > 0 ? length : 0] = '\0';
	if (sscanf(line, SCAN, &ret->commits, &ret->failures, &ret->microseconds,
		   &ret->opened, &ret->removed) != 5)
		*ret = (struct counters){ 0 };
}

void counters_add(const char *run_dir, const struct counters *more)
{
	struct counters all;
	char line[LINE];
	cleanup_fd int fd = open_file(run_dir, O_RDWR | O_CREAT);

	if (fd < 0)
		return;
	read_from(fd, &all);
	const int length = snprintf(
		line, sizeof(line), FORMAT, all.commits + more->commits,
		all.failures + more->failures, all.microseconds + more->microseconds,
		all.opened + more->opened, all.removed + more->removed);
	(void)!pwrite(fd, line, (size_t)length, 0);
}

void counters_read(const char *run_dir, struct counters *ret)
{
	cleanup_fd int fd = open_file(run_dir, O_RDONLY);

	*ret = (struct counters){ 0 };
	if (fd >= 0)
		read_from(fd, ret);
}

unsigned long long counters_clock(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long long)now.tv_sec * 1000000U +
	       (unsigned long long)now.tv_nsec / 1000U;
}
