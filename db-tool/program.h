/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program - run one of the host's own programs, and read what it says
 *
 * For the mail servers' tools (postconf, makemap, sendmail -bt) and systemd's. No shell:
 * what is asked for is an argument, whatever its letters. It runs with PATH and LC_ALL=C
 * alone in its environment, and never longer than it is given.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct why;

/* What one program may say; more is -EFBIG. */
#define PROGRAM_SAYS_MOST (16L << 20)

struct program {
	/* argv[0]: a path, or a name in /usr/sbin, /usr/bin, /sbin or /bin. Ends with
	 * NULL. */
	const char *const *argv;
	int input_fd;	   /* its standard input, which stays open here; -1 = /dev/null */
	long milliseconds; /* then it is killed, with all that it started */
};

/* Both texts end in a NUL behind their size. */
struct program_output {
	char *out, *err;
	size_t out_size, err_size;
	int status; /* as a shell tells it: exit status, or 128 + signal */
};

/* Whether there is such a program: a path or a name as above. */
bool program_is_there(const char *name);

/*
 * 0: it ran to its end, with whatever status. -ENOENT: it is not installed;
 * -ETIMEDOUT: killed. On an error `ret` is empty.
 */
int program_run(const struct program *program, struct program_output *ret,
		struct why *why);

void program_output_free(struct program_output *output);
#define cleanup_program_output __attribute__((cleanup(program_output_free)))
