/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inject - run a command and do something to its Nth system call
 *
 *	inject FROM UNTIL N ACTION COMMAND [ARGUMENT...]
 *
 * Counted are the calls from the first open of a path that ends in FROM (it is number
 * 1) to an open of the path UNTIL or a word to the kernel's audit, which are not counted;
 * "-" for UNTIL: to the end. So what a program's start and its host do is left out. The
 * actions:
 *
 *	before	SIGKILL in front of it: the call is not made
 *	behind	SIGKILL when it was made
 *	short	a read, a write or a copy gets half of what it asks for; others are left
 *		alone
 *	ERRNO	a number: the call is not made and fails so. (A close is made.)
 *	list	nothing; prints the name of each counted call on stderr, one a line
 *
 * After its deed it lets the command run on, untraced. The command has our descriptors.
 * The last line on stderr, one of its own, is "NAME STATUS": of the call to which
 * something was done, or "-", and as of wait(2). x86-64 only: its registers are changed.
 */
#include "call_name.h"

#include <linux/netlink.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT 4096
#define BROKEN 2

struct order {
	const char *from, *until, *action;
	long n;
};

static _Noreturn void give_up(const char *what)
{
	perror(what);
	exit(BROKEN);
}

static void start(char **command)
{
	(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	(void)raise(SIGSTOP);
	(void)execv(command[0], command);
	_exit(127);
}

/* To the next entry into a call, or the exit from one. False: the command has ended. */
static bool step(pid_t pid, int *status)
{
	int deliver = 0;

	do {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(intptr_t)deliver) < 0 ||
		    waitpid(pid, status, 0) < 0)
			give_up("inject: step");
		if (!WIFSTOPPED(*status))
			return false;
		deliver = WSTOPSIG(*status) == SIGTRAP ? 0 : WSTOPSIG(*status);
	} while (WSTOPSIG(*status) != (SIGTRAP | 0x80));
	return true;
}

static struct user_regs_struct registers(pid_t pid)
{
	struct user_regs_struct found;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &found) < 0)
		give_up("inject: registers");
	return found;
}

static void set_registers(pid_t pid, const struct user_regs_struct *wanted)
{
	if (ptrace(PTRACE_SETREGS, pid, NULL, wanted) < 0)
		give_up("inject: registers");
}

/* The path that is about to be opened, "" for every other call. */
static void opened_path(pid_t pid, char text[static TEXT])
{
	const struct user_regs_struct call = registers(pid);
	const uint64_t at = call.orig_rax == SYS_openat ? call.rsi
			    : call.orig_rax == SYS_open ? call.rdi
							: 0;
	/* Not beyond its page: the next one may not be there. */
	const struct iovec local = { text, TEXT - at % TEXT };
	const struct iovec remote = { (void *)(uintptr_t)at, local.iov_len };

	const ssize_t got = at == 0 ? 0 : process_vm_readv(pid, &local, 1, &remote, 1, 0);
	text[got <= 0 ? 0 : got - 1] = '\0';
}

static bool ends_in(const char *text, const char *end)
{
	const size_t all = strlen(text), part = strlen(end);

	return all >= part && strcmp(text + all - part, end) == 0;
}

static const char *name_of(pid_t pid)
{
	const struct user_regs_struct call = registers(pid);

	return call_name((long)call.orig_rax, call.rsi);
}

/* What libpam does behind a module is not the module's. */
static bool is_audit(pid_t pid)
{
	const struct user_regs_struct call = registers(pid);

	return call.orig_rax == SYS_socket && call.rdi == AF_NETLINK &&
	       call.rdx == NETLINK_AUDIT;
}

/* Where it counts: 0 before, 1 from FROM on, 2 behind. */
static int phase_of(pid_t pid, const struct order *order, int phase)
{
	char path[TEXT];

	opened_path(pid, path);
	if (phase == 0 && ends_in(path, order->from))
		return 1;
	if (phase == 1 && strcmp(order->until, "-") != 0 &&
	    (strcmp(path, order->until) == 0 || is_audit(pid)))
		return 2;
	return phase;
}

/* Stops in front of the Nth call that counts. False: it ended, or came to UNTIL. */
static bool run_to(pid_t pid, const struct order *order, int *status)
{
	const bool listed = strcmp(order->action, "list") == 0;
	long n = order->n;
	int phase = 0;

	while (phase < 2 && step(pid, status)) {
		phase = phase_of(pid, order, phase);
		if (phase == 1 && listed)
			(void)fprintf(stderr, "%s\n", name_of(pid));
		if (phase == 1 && --n == 0)
			return true;
		/* Out of the call again; an exit of the process has none. */
		if (phase < 2 && !step(pid, status))
			return false;
	}
	return false;
}

/* Makes the call with other arguments; the program finds its own again. */
static bool make(pid_t pid, const struct user_regs_struct *changed, int *status)
{
	const struct user_regs_struct own = registers(pid);
	struct user_regs_struct made;

	set_registers(pid, changed);
	if (!step(pid, status))
		return false;
	made = registers(pid);
	made.rdi = own.rdi;
	made.rdx = own.rdx;
	made.r8 = own.r8;
	set_registers(pid, &made);
	return true;
}

/* False: nothing can be cut off here. */
static bool halve(pid_t pid, int *status)
{
	struct user_regs_struct call = registers(pid);
	/* Bytes of a buffer, or parts of a list of them: the third argument. */
	unsigned long long *length =
		call.orig_rax == SYS_copy_file_range ? &call.r8 : &call.rdx;

	if (!call_has_length((long)call.orig_rax) || *length < 2)
		return false;
	*length /= 2;
	return make(pid, &call, status);
}

static bool fail(pid_t pid, int error, int *status)
{
	struct user_regs_struct call = registers(pid);

	/* A close that fails has closed all the same. A brk says where the break is. */
	if (call.orig_rax == SYS_brk) {
		call.rdi = 0;
		return make(pid, &call, status);
	}
	if (call.orig_rax != SYS_close) {
		call.orig_rax = (unsigned long long)-1;
		set_registers(pid, &call);
	}
	if (!step(pid, status))
		return false;
	call = registers(pid);
	call.rax = (unsigned long long)-error;
	set_registers(pid, &call);
	return true;
}

/* The name of the call, NULL: nothing was done. */
static const char *act(pid_t pid, const char *action, int *status)
{
	const char *name = name_of(pid);
	const int error = atoi(action);

	if (strcmp(action, "short") == 0)
		return halve(pid, status) ? name : NULL;
	if (error > 0)
		return fail(pid, error, status) ? name : NULL;
	if (strcmp(action, "behind") == 0 && !step(pid, status))
		return NULL;
	(void)kill(pid, SIGKILL);
	return name;
}

static pid_t start_traced(char **command)
{
	int status;
	const pid_t pid = fork();

	if (pid == 0)
		start(command);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL,
		   (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)) < 0)
		give_up("inject: start");
	return pid;
}

int main(int argc, char **argv)
{
	const char *name = NULL;
	int status = 0;

	if (argc < 6) {
		(void)fputs("usage: inject FROM UNTIL N ACTION COMMAND...\n", stderr);
		return BROKEN;
	}
	const struct order order = { .from = argv[1],
				     .until = argv[2],
				     .action = argv[4],
				     .n = strtol(argv[3], NULL, 10) };
	const pid_t pid = start_traced(argv + 5);
	if (run_to(pid, &order, &status))
		name = act(pid, order.action, &status);
	if (!WIFEXITED(status) && !WIFSIGNALED(status)) {
		(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
		if (waitpid(pid, &status, 0) < 0)
			give_up("inject: end");
	}
	(void)fprintf(stderr, "\n%s %d\n", name ? name : "-", status);
	return 0;
}
