/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_file - a small text in the run directory, replaced whole
 *
 * What may be lost at a boot: the seal (seal.h) and the complaints (complaint.h).
 * 0644, so that `stat` tells their age to everybody.
 */
#pragma once

#include <stddef.h>
#include <time.h>

struct why;

/* Makes the folder (0755) when it is missing. The temporary name is the same for
 * everybody: the caller holds the commit lock, or a lost race is harmless to him. */
int run_file_write(const char *run_dir, const char *name, const char *text,
		   struct why *why);

/* Length of the text, cut to `room` - 1; -ENOENT */
int run_file_read(const char *run_dir, const char *name, char *text, size_t room);

int run_file_mtime(const char *run_dir, const char *name, time_t *ret);
int run_file_date(const char *run_dir, const char *name); /* it is of now */
int run_file_remove(const char *run_dir, const char *name);
