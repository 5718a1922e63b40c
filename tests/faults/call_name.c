/* SPDX-License-Identifier: BSD-2-Clause */
#include "call_name.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/syscall.h>

#define CALL(name)                                                                       \
	{                                                                                \
		SYS_##name, #name,                                                       \
	}

static const struct {
	long number;
	const char *name;
} calls[] = {
	CALL(access),
	CALL(brk),
	CALL(chmod),
	CALL(clock_gettime),
	CALL(clock_nanosleep),
	CALL(clone),
	CALL(clone3),
	CALL(close),
	CALL(copy_file_range),
	CALL(exit_group),
	CALL(faccessat),
	CALL(faccessat2),
	CALL(fchmod),
	CALL(fchmodat),
	CALL(fchown),
	CALL(fchownat),
	CALL(fcntl),
	CALL(fdatasync),
	CALL(fgetxattr),
	CALL(flistxattr),
	CALL(flock),
	CALL(fsetxattr),
	CALL(fstat),
	CALL(fstatfs),
	CALL(fsync),
	CALL(ftruncate),
	CALL(futex),
	CALL(getdents64),
	CALL(getegid),
	CALL(geteuid),
	CALL(getgid),
	CALL(getpeername),
	CALL(getpid),
	CALL(getrandom),
	CALL(getsockname),
	CALL(getuid),
	CALL(ioctl),
	CALL(lgetxattr),
	CALL(linkat),
	CALL(lseek),
	CALL(lstat),
	CALL(memfd_create),
	CALL(mkdir),
	CALL(mkdirat),
	CALL(mmap),
	CALL(mprotect),
	CALL(mremap),
	CALL(munmap),
	CALL(newfstatat),
	CALL(open),
	CALL(openat),
	CALL(pread64),
	CALL(prlimit64),
	CALL(pwrite64),
	CALL(pwritev),
	CALL(read),
	CALL(readlink),
	CALL(recvmsg),
	CALL(rename),
	CALL(renameat),
	CALL(renameat2),
	CALL(restart_syscall),
	CALL(rmdir),
	CALL(rt_sigaction),
	CALL(rt_sigprocmask),
	CALL(sched_yield),
	CALL(sendfile),
	CALL(sendto),
	CALL(socket),
	CALL(stat),
	CALL(statfs),
	CALL(statx),
	CALL(sysinfo),
	CALL(unlink),
	CALL(unlinkat),
	CALL(uname),
	CALL(utimensat),
	CALL(wait4),
	CALL(write),
	CALL(writev),
	CALL(bind),
	CALL(gettid),
	CALL(madvise),
	CALL(msync),
	CALL(symlink),
	CALL(umask),
	CALL(connect),
	CALL(set_robust_list),
	CALL(sendmmsg),
	CALL(getpgrp),
	CALL(poll),
	CALL(getppid),
	CALL(kill),
	CALL(readlinkat),
	CALL(pipe2),
	CALL(dup3),
	CALL(recvfrom),
	CALL(fallocate),
};

static const long with_length[] = {
	SYS_read,    SYS_write,	 SYS_pread64,	      SYS_pwrite64,
	SYS_pwritev, SYS_writev, SYS_copy_file_range, SYS_getdents64,
};

const char *call_name(long number, unsigned long second)
{
	if (number == SYS_fcntl && (second == F_GETFD || second == F_SETFD))
		return "fcntl_fd";
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].number == number)
			return calls[i].name;
	return "other";
}

bool call_has_length(long number)
{
	for (size_t i = 0; i < sizeof(with_length) / sizeof(with_length[0]); i++)
		if (with_length[i] == number)
			return true;
	return false;
}
