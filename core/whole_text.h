/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * whole_text - what an open file has, as a text with a NUL behind it
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* As many bytes as there are, `room` at most: their number. `*ret` is to be freed. A
 * negative errno: `*ret` is NULL. */
ssize_t whole_text(int fd, size_t room, char **ret);
