/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/lock_holder.h"

#include "base/ascii.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define COMM 16 /* as the kernel cuts it */
/* A local user may have a hundred thousand locks, and a login may be looking. */
#define LINES 2000

/* A holder's line:  7: FLOCK  ADVISORY  WRITE 4711 fe:01:131337 0 EOF */
static int pid_of(const char *line, const char *family, const struct stat *file)
{
	char of[8], type[8];
	unsigned dev_major, dev_minor;
	unsigned long ino;
	int pid;

	if (sscanf(line, "%*d: %7s %*s %7s %d %x:%x:%lu", of, type, &pid, &dev_major,
		   &dev_minor, &ino) != 6 ||
	    strcmp(of, family) != 0 || ino != file->st_ino ||
	    dev_major != major(file->st_dev) || dev_minor != minor(file->st_dev))
		return 0;
	/* A shared flock is in nobody's way. */
	const bool matters = strcmp(family, "FLOCK") != 0 || strcmp(type, "WRITE") == 0;
	return matters ? pid : 0;
}

static int find_pid(const char *family, const struct stat *file)
{
	char line[256];
	int pid = 0;
	FILE *locks = fopen("/proc/locks", "re");

	if (!locks)
		return 0;
	for (int i = 0; i < LINES && pid <= 0 && fgets(line, sizeof(line), locks); i++)
		pid = pid_of(line, family, file);
	(void)fclose(locks);
	return pid;
}

/* He has given himself this name, and it goes into the log. */
static void read_name(int pid, char name[static COMM])
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	FILE *comm = fopen(path, "re");
	if (!comm || !fgets(name, COMM, comm))
		(void)snprintf(name, COMM, "gone");
	if (comm)
		(void)fclose(comm);
	name[strcspn(name, "\n")] = '\0';
	for (char *at = name; *at; at++)
		if (!ascii_is_print(*at) || strchr(" (),", *at))
			*at = '?';
}

const char *lock_holder(const char *family, const struct stat *file,
			char text[static LOCK_HOLDER])
{
	char name[COMM], folder[32];
	struct stat process;

	text[0] = '\0';
	const int pid = find_pid(family, file);
	if (pid <= 0)
		return text;
	read_name(pid, name);
	(void)snprintf(folder, sizeof(folder), "/proc/%d", pid);
	if (stat(folder, &process) < 0)
		(void)snprintf(text, LOCK_HOLDER,
			       ", or only locked: process %d (%s) holds its lock", pid,
			       name);
	else
		(void)snprintf(text, LOCK_HOLDER,
			       ", or only locked: process %d (%s, uid %u) holds its lock",
			       pid, name, process.st_uid);
	return text;
}
