/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * aside - a changed file, written beside the old one and then put in its place
 *
 * Owner, mode and attributes are the old file's; of a symbolic link it is the file behind
 * it that is replaced. After aside_write() nothing is changed yet, and what is written is
 * on the disk; aside_drop() forgets it.
 */
#pragma once

#include <limits.h>

struct plan_file;
struct why;

struct aside {
	int folder;		 /* -1: none */
	char name[NAME_MAX + 1]; /* of the file */
	char beside[NAME_MAX + 1];
};
#define ASIDE_NONE ((struct aside){ .folder = -1 })

/* -ESTALE: the file has changed since it was read. */
int aside_write(const struct plan_file *file, struct aside *ret, struct why *why);

/* The change happens here. */
int aside_put(const struct plan_file *file, struct aside *aside, struct why *why);

void aside_drop(struct aside *aside);
