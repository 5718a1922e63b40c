/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sole_socket - the one socket of a kind among this process's descriptors
 *
 * The same socket under several descriptors (dup) is one. Where there are two, nobody
 * can tell which is meant: there is none.
 */
#pragma once

#include <stdbool.h>

struct why;

/* So many descriptors are looked at, and no more. */
#define SOLE_SOCKET_MOST 4096

typedef bool socket_kind(int fd, const void *about);

/*
 * 1: `*ret_fd`, which stays the process's own: not to be closed. 0: there is none.
 * -ENOTUNIQ: there are several. -E2BIG: too many descriptors; else: /proc/self/fd cannot
 * be read. `why` has the last two.
 */
int sole_socket(socket_kind *is_it, const void *about, int *ret_fd, struct why *why);
