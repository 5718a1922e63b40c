/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * look - what a login adds to the process that makes it, and what stays
 *
 *	look CONFDIR HANDLES SERVICE=ADDRESS[+STEP]
 *
 * Makes one login by the service `base`, so that libpam is there, and then HANDLES logins
 * by SERVICE. Prints "NAME descriptors resident private heap" (the last three in bytes;
 * private is what no other process could share, Private_Dirty):
 *
 *	before	the first of them
 *	inside	that first one, while its session is open
 *	after	it
 *	settled	a hundred are done, or half of them: the heap has found its size
 *	end	all are done
 */
#include "transaction.h"

#include <dirent.h>
#include <err.h>
#include <malloc.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>

#define WARM_UP 100

static long descriptors(void)
{
	long count = -3; /* "." and "..", and the folder's own */
	DIR *folder = opendir("/proc/self/fd");

	while (folder && readdir(folder))
		count++;
	if (folder)
		(void)closedir(folder);
	return count;
}

static void memory(long *ret_resident, long *ret_private)
{
	char line[128];
	long kib;
	FILE *rollup = fopen("/proc/self/smaps_rollup", "re");

	if (!rollup)
		err(1, "smaps_rollup");
	*ret_resident = *ret_private = 0;
	while (fgets(line, sizeof(line), rollup)) {
		if (sscanf(line, "Rss: %ld", &kib) == 1)
			*ret_resident = kib * 1024;
		if (sscanf(line, "Private_Dirty: %ld", &kib) == 1)
			*ret_private = kib * 1024;
	}
	(void)fclose(rollup);
}

static void look(const char *name)
{
	const long heap = (long)mallinfo2().uordblks, open = descriptors();
	long resident, private;

	memory(&resident, &private);
	(void)printf("%s %ld %ld %ld %ld\n", name, open, resident, private, heap);
}

static void look_inside(void)
{
	look("inside");
}

int main(int argc, char **argv)
{
	struct way way, base = { .service = "base" };

	if (argc != 4)
		errx(2, "usage: look CONFDIR HANDLES SERVICE=ADDRESS[+STEP]");
	(void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	const int handles = atoi(argv[2]);
	const int warm = handles / 2 < WARM_UP ? handles / 2 : WARM_UP;
	way_parse(argv[3], &way);
	(void)way_login(&base, argv[1]);
	look("warm"); /* its own buffers are there then */
	look("before");
	transaction_inside = look_inside;
	(void)way_login(&way, argv[1]);
	transaction_inside = NULL;
	look("after");
	for (int done = 1; done < handles; done++) {
		(void)way_login(&way, argv[1]);
		if (done == warm)
			look("settled");
	}
	look("end");
	return 0;
}
