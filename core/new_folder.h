/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * new_folder - a folder that has its mode as soon as it has its name
 *
 * A umask takes rights from what mkdir makes, and whoever dies before the chmod would
 * leave a folder that others cannot look into, for good. So it is made as .NAME.new
 * beside its place, opened and then named; what a crash leaves is used by the next one.
 */
#pragma once

#include <sys/types.h>

/* Relative to `at`. 0 made, or there before: that one keeps the mode it has. */
int new_folder(int at, const char *path, mode_t mode);
