/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stop_point - run a command and hold it in front of its Nth system call of interest
 *
 *	stop_point FOLDER N COMMAND [ARGUMENT...]
 *
 * Of interest are the calls that touch something below FOLDER (by path, by a path
 * relative to a descriptor, or by a descriptor), /proc/self/fd or /proc/locks. When the
 * Nth is about to be made, prints "stopped NAME FILE...", the files as seen from FOLDER,
 * and waits for a letter on descriptor 0:
 *
 *	g	go on, untraced
 *	s	make the call and stop in front of the next one
 *	e	the same, but on the file of that name in ending/: the kernel had found it
 *		where the call says, and it was renamed since; no tracer can hold a call
 *		between these two
 *	k	SIGKILL: the call is not made
 *
 * In the end prints "ended STATUS", as of wait(2). The command's own output is dropped.
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* linux/ptrace.h, which cannot be included beside sys/ptrace.h */
#define GET_SYSCALL_INFO 0x420e
#define SYSCALL_INFO_ENTRY 1

#define PAGE 4096

struct syscall_info {
	uint8_t op, pad[3];
	uint32_t arch;
	uint64_t ip, sp, nr, args[6];
	uint64_t rest[2];
};

enum kind {
	ON_FD,	 /* argument 0 is a descriptor */
	ON_FDS,	 /* and argument 2 */
	ON_PATH, /* argument 0 is a path */
	ON_AT,	 /* argument 1 is a path relative to argument 0, or NULL */
	ON_ATS,	 /* and argument 3 one relative to argument 2 */
};

static const struct {
	long nr;
	const char *name;
	enum kind kind;
} interesting[] = {
	{ SYS_openat, "openat", ON_AT },
	{ SYS_newfstatat, "newfstatat", ON_AT },
	{ SYS_statx, "statx", ON_AT },
	{ SYS_unlinkat, "unlinkat", ON_AT },
	{ SYS_mkdirat, "mkdirat", ON_AT },
	{ SYS_faccessat, "faccessat", ON_AT },
	{ SYS_faccessat2, "faccessat2", ON_AT },
	{ SYS_fchmodat, "fchmodat", ON_AT },
	{ SYS_fchownat, "fchownat", ON_AT },
	{ SYS_utimensat, "utimensat", ON_AT },
	{ SYS_linkat, "linkat", ON_ATS },
	{ SYS_renameat, "renameat", ON_ATS },
	{ SYS_renameat2, "renameat2", ON_ATS },
	{ SYS_open, "open", ON_PATH },
	{ SYS_stat, "stat", ON_PATH },
	{ SYS_lstat, "lstat", ON_PATH },
	{ SYS_access, "access", ON_PATH },
	{ SYS_unlink, "unlink", ON_PATH },
	{ SYS_rename, "rename", ON_PATH },
	{ SYS_mkdir, "mkdir", ON_PATH },
	{ SYS_rmdir, "rmdir", ON_PATH },
	{ SYS_chmod, "chmod", ON_PATH },
	{ SYS_read, "read", ON_FD },
	{ SYS_write, "write", ON_FD },
	{ SYS_pread64, "pread64", ON_FD },
	{ SYS_pwrite64, "pwrite64", ON_FD },
	{ SYS_close, "close", ON_FD },
	{ SYS_fstat, "fstat", ON_FD },
	{ SYS_flock, "flock", ON_FD },
	{ SYS_ftruncate, "ftruncate", ON_FD },
	{ SYS_fsync, "fsync", ON_FD },
	{ SYS_fdatasync, "fdatasync", ON_FD },
	{ SYS_fchown, "fchown", ON_FD },
	{ SYS_fchmod, "fchmod", ON_FD },
	{ SYS_getdents64, "getdents64", ON_FD },
	{ SYS_flistxattr, "flistxattr", ON_FD },
	{ SYS_fsetxattr, "fsetxattr", ON_FD },
	{ SYS_copy_file_range, "copy_file_range", ON_FDS },
};
#define INTERESTING (sizeof(interesting) / sizeof(interesting[0]))

static const char *folder;

static bool is_below(const char *path)
{
	return strncmp(path, folder, strlen(folder)) == 0 ||
	       strncmp(path, "/proc/self/fd/", strlen("/proc/self/fd/")) == 0 ||
	       strcmp(path, "/proc/locks") == 0;
}

/* What descriptor `fd` of the other process names, or "". */
static void read_fd(pid_t pid, uint64_t fd, char path[static PATH_MAX])
{
	char link[64];

	(void)snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)pid, (int)fd);
	const ssize_t length = readlink(link, path, PATH_MAX - 1);
	path[length > 0 ? length : 0] = '\0';
}

/* What stands at `address` in the other process. The next page need not be there: it is
 * asked for on its own. */
static void read_text(pid_t pid, uint64_t address, char text[static PATH_MAX])
{
	const size_t left = PAGE - address % PAGE;
	const size_t first = left < PATH_MAX ? left : PATH_MAX - 1;
	const struct iovec local = { text, PATH_MAX - 1 };
	const struct iovec remote[] = {
		{ (void *)(uintptr_t)address, first },
		{ (void *)(uintptr_t)(address + first), PATH_MAX - 1 - first },
	};

	const ssize_t got = process_vm_readv(pid, &local, 1, remote, 2, 0);
	text[got > 0 ? got : 0] = '\0';
}

/* Where a command is held. */
struct stop {
	const char *name;	      /* of the call; NULL: it is not of interest */
	uint64_t path;		      /* where its path stands in the other process */
	char files[4 * PATH_MAX + 4]; /* each behind a blank */
};

/* One file of the call, by descriptor and, unless it is NULL, path. */
static bool add_file(struct stop *stop, pid_t pid, uint64_t fd, uint64_t address)
{
	char from[PATH_MAX] = "", path[PATH_MAX] = "";
	const size_t used = strlen(stop->files), skip = strlen(folder);

	if (address != 0)
		read_text(pid, address, path);
	if (path[0] != '/')
		read_fd(pid, fd, from);
	const char *whole = from[0] != '\0' ? from : path;
	const bool found = is_below(whole);
	(void)snprintf(stop->files + used, sizeof(stop->files) - used, " %s%s%s",
		       whole + (strncmp(whole, folder, skip) == 0 ? skip : 0),
		       from[0] != '\0' && path[0] != '\0' ? "/" : "",
		       from[0] != '\0' ? path : "");
	return found;
}

static void judge(pid_t pid, const struct syscall_info *call, struct stop *ret)
{
	const uint64_t *arg = call->args;
	bool found = false;
	size_t i = 0;

	*ret = (struct stop){ .path = arg[1] };
	while (i < INTERESTING && interesting[i].nr != (long)call->nr)
		i++;
	if (i == INTERESTING)
		return;
	switch (interesting[i].kind) {
	case ON_FD:
		found = add_file(ret, pid, arg[0], 0);
		break;
	case ON_FDS:
		found = add_file(ret, pid, arg[0], 0);
		found |= add_file(ret, pid, arg[2], 0);
		break;
	case ON_PATH:
		found = add_file(ret, pid, UINT64_MAX, arg[0]);
		break;
	case ON_AT:
		found = add_file(ret, pid, arg[0], arg[1]);
		break;
	case ON_ATS:
		found = add_file(ret, pid, arg[0], arg[1]);
		found |= add_file(ret, pid, arg[2], arg[3]);
		break;
	}
	ret->name = found ? interesting[i].name : NULL;
}

static void start(char **command)
{
	const int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		_exit(126);
	(void)close(null);
	(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	(void)raise(SIGSTOP);
	(void)execv(command[0], command);
	_exit(127);
}

/* Runs it up to the Nth call. False: it has ended before, with `*ret_status`. */
static bool run_to(pid_t pid, long n, int *ret_status, struct stop *ret)
{
	struct syscall_info call;
	int deliver = 0;

	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(intptr_t)deliver) < 0 ||
		    waitpid(pid, ret_status, 0) < 0)
			exit(2);
		if (!WIFSTOPPED(*ret_status))
			return false;
		deliver = WSTOPSIG(*ret_status);
		if (deliver != (SIGTRAP | 0x80)) {
			deliver = deliver == SIGTRAP ? 0 : deliver;
			continue;
		}
		deliver = 0;
		if (ptrace(GET_SYSCALL_INFO, pid, (void *)sizeof(call), &call) < 0)
			exit(2);
		if (call.op != SYSCALL_INFO_ENTRY)
			continue;
		judge(pid, &call, ret);
		if (ret->name && --n == 0)
			return true;
	}
}

/* Returns the letter that was read. */
static int ask(const struct stop *stop)
{
	(void)printf("stopped %s%s\n", stop->name, stop->files);
	(void)fflush(stdout);
	return getchar();
}

/* From active/, which is as long, or pending/. */
static void follow_to_ending(pid_t pid, const struct stop *stop)
{
	char path[PATH_MAX], ending[] = "ending/";
	const struct iovec local = { ending, sizeof(ending) - 1 };
	const struct iovec remote = { (void *)(uintptr_t)stop->path, sizeof(ending) - 1 };

	read_text(pid, stop->path, path);
	const size_t length = strcspn(path, "/");
	if ((length != local.iov_len - 1 && length != local.iov_len) ||
	    process_vm_writev(pid, &local, 1, &remote, 1, 0) < 0)
		exit(2);
}

static int hold(pid_t pid, struct stop *stop)
{
	int status = 0, letter;

	while ((letter = ask(stop)) == 's' || letter == 'e') {
		if (letter == 'e')
			follow_to_ending(pid, stop);
		if (!run_to(pid, 1, &status, stop))
			return status;
	}
	if (letter == 'g')
		(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
	else
		(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	return status;
}

int main(int argc, char **argv)
{
	static struct stop stop;
	int status = 0;

	if (argc < 4) {
		(void)fputs("usage: stop_point FOLDER N COMMAND...\n", stderr);
		return 2;
	}
	folder = argv[1];
	const pid_t pid = fork();
	if (pid == 0)
		start(argv + 3);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL,
		   (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)) < 0) {
		perror("stop_point");
		return 2;
	}
	if (run_to(pid, strtol(argv[2], NULL, 10), &status, &stop))
		status = hold(pid, &stop);
	(void)printf("ended %d\n", status);
	return 0;
}
