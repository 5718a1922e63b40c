/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_pam - as much of libpam as the module calls, with a handle that we can look into
 */
#pragma once

#include <security/pam_modules.h>
#include <stddef.h>

#define FAKE_LINES 8
#define FAKE_LINE 4096
#define FAKE_MARKS 4

struct pam_handle {
	const char *user, *service, *rhost; /* NULL: not set */
	char line[FAKE_LINES][FAKE_LINE];   /* what was logged */
	size_t lines;
	struct fake_mark {
		char name[64];
		void *data;
		void (*cleanup)(pam_handle_t *pamh, void *data, int status);
	} mark[FAKE_MARKS];
	size_t marks;
};

/* As pam_end(): every mark is freed. */
void fake_pam_end(struct pam_handle *pamh);
