/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cleanup - ownership said in the declaration
 *
 *	cleanup_fd int fd = -1;		closed when it goes out of scope
 *	cleanup_free char *text = NULL;	freed
 *	cleanup_dir DIR *dir = NULL;	closed
 *
 * -1 and NULL mean "nothing". All of them keep errno as it was, so that a failing
 * function may return -errno past them. take_fd() hands the descriptor on.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static inline void close_owned_fd(const int *fd)
{
	const int saved_errno = errno;

	if (*fd >= 0)
		(void)close(*fd);
	errno = saved_errno;
}

static inline void close_owned_dir(DIR *const *dir)
{
	const int saved_errno = errno;

	if (*dir)
		(void)closedir(*dir);
	errno = saved_errno;
}

static inline void free_owned(void *pointer)
{
	const int saved_errno = errno;

	free(*(void **)pointer);
	errno = saved_errno;
}

static inline int take_fd(int *fd)
{
	const int taken = *fd;

	*fd = -1;
	return taken;
}

#define cleanup_fd __attribute__((cleanup(close_owned_fd)))
#define cleanup_dir __attribute__((cleanup(close_owned_dir)))
#define cleanup_free __attribute__((cleanup(free_owned)))
