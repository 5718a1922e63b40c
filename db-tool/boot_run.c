/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/boot_run.h"

#include "core/run_file.h"
#include "core/settings.h"
#include "db-tool/leases.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define NAME "first-run"

bool boot_run_is_not_the_first(const struct leases *leases)
{
	return faccessat(leases->dir.fd, "expired", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static long long monotonic(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void boot_run_note(const struct leases *leases, bool not_the_first)
{
	const char *run_dir = leases->job.settings->run_dir;
	char text[32];
	time_t when;

	if (run_file_mtime(run_dir, NAME, &when) != -ENOENT)
		return;
	(void)snprintf(text, sizeof(text), "%lld\n", not_the_first ? monotonic() : 0);
	(void)run_file_write(run_dir, NAME, text, NULL);
}

long long boot_run_time(const char *run_dir)
{
	char text[32];

	if (run_file_read(run_dir, NAME, text, sizeof(text)) <= 0)
		return 0;
	return strtoll(text, NULL, 10);
}
