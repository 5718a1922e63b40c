/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map_owner - the hostile owner of the map's folder: he swaps what is in it, in a loop
 *
 *	map_owner FOLDER UID MAP GOOD CANARY...
 *
 * Runs as UID until descriptor 0 is at its end, then prints how many swaps he made. In
 * FOLDER he gives the names that root works with (the map's, its copy's, the spares')
 * another meaning: a symbolic or hard link to a CANARY, a FIFO, a folder, a table that
 * is GOOD, one that is none, another one's file, nothing. Half of his swaps bring a good
 * table back, and now and then he rests, so that commits get far.
 *
 * He never writes into a file that root has made: what that does is in SECURITY.md. And
 * he keeps CAP_FOWNER, for link(2) alone: hard links to files that are not his, as on a
 * host without fs.protected_hardlinks.
 */
#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAMES 4
#define REST_US 40000
#define REST_EVERY 12

struct owner {
	char name[NAMES][256]; /* the map, its copy, the spares */
	const char *good;
	char **canary;
	unsigned canaries;
	unsigned long swaps;
};

static unsigned pick(unsigned below)
{
	return (unsigned)random() % below;
}

static void become(uid_t uid)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	const unsigned fowner = 1U << CAP_FOWNER;
	struct __user_cap_data_struct sets[2] = { { fowner, fowner, 0 } };

	if (prctl(PR_SET_KEEPCAPS, 1) < 0 || setgroups(0, NULL) < 0 ||
	    setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0 ||
	    syscall(SYS_capset, &header, sets) < 0)
		err(1, "cannot become %d", (int)uid);
}

/* Under a name of his own, to be renamed. */
static int copy_good(const struct owner *owner, const char *to)
{
	char bytes[65536];
	const int from = open(owner->good, O_RDONLY | O_CLOEXEC);
	const int file = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t got;

	while ((got = read(from, bytes, sizeof(bytes))) > 0)
		if (write(file, bytes, (size_t)got) != got)
			break;
	(void)close(from);
	return close(file);
}

static int make_junk(const char *to)
{
	const int file = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	const ssize_t put = write(file, "no table at all\n", 16);

	return close(file) < 0 || put < 0 ? -1 : 0;
}

/* What the name shall mean now, as "evil". */
static int make_evil(const struct owner *owner)
{
	const char *canary = owner->canary[pick(owner->canaries)];

	switch (pick(12)) {
	case 0:
		return symlink(canary, "evil");
	case 1:
		return link(canary, "evil");
	case 2:
		return mkfifo("evil", 0666);
	case 3:
		return mkdir("evil", 0777);
	case 4:
		return make_junk("evil");
	case 5:
		return link(owner->name[pick(NAMES)], "evil");
	default:
		return copy_good(owner, "evil");
	}
}

static void swap(struct owner *owner)
{
	const char *target = owner->name[pick(NAMES)];
	int done;

	switch (pick(8)) {
	case 0:
		done = unlink(target);
		break;
	case 1:
		done = renameat2(AT_FDCWD, target, AT_FDCWD, owner->name[pick(NAMES)],
				 RENAME_EXCHANGE);
		break;
	case 2:
		done = rename(target, owner->name[pick(NAMES)]);
		break;
	default:
		done = make_evil(owner);
		if (done == 0 &&
		    renameat2(AT_FDCWD, "evil", AT_FDCWD, target, RENAME_EXCHANGE) < 0)
			done = rename("evil", target);
		/* What he has got for it he drops. */
		if (unlink("evil") < 0)
			(void)rmdir("evil");
	}
	owner->swaps += done == 0;
}

static void restore(struct owner *owner)
{
	(void)rmdir(owner->name[0]);
	if (copy_good(owner, "evil") == 0)
		owner->swaps += rename("evil", owner->name[0]) == 0;
}

int main(int argc, char **argv)
{
	struct owner owner = { 0 };
	struct pollfd end = { .fd = STDIN_FILENO, .events = POLLIN };

	if (argc < 6)
		errx(2, "usage: map_owner FOLDER UID MAP GOOD CANARY...");
	if (chdir(argv[1]) < 0)
		err(1, "%s", argv[1]);
	become((uid_t)atoi(argv[2]));
	(void)snprintf(owner.name[0], 256, "%s", argv[3]);
	(void)snprintf(owner.name[1], 256, ".%s.pam_sap", argv[3]);
	(void)snprintf(owner.name[2], 256, ".%s.pam_sap.1", argv[3]);
	(void)snprintf(owner.name[3], 256, ".%s.pam_sap.2", argv[3]);
	owner.good = argv[4];
	owner.canary = argv + 5;
	owner.canaries = (unsigned)argc - 5;
	while (poll(&end, 1, 0) == 0) {
		if (pick(2) == 0)
			restore(&owner);
		else
			swap(&owner);
		if (pick(REST_EVERY) == 0)
			(void)usleep(pick(REST_US));
	}
	(void)printf("%lu\n", owner.swaps);
	return 0;
}
