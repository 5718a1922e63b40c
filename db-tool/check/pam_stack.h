/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_stack - the lines of a PAM service, in the order in which libpam runs them
 *
 * As libpam reads its folder (pam.conf(5)): "@include FILE" stands for all lines of that
 * file, "include" as a control for its lines of one type, and "substack" too, but what
 * ends inside of it ends it alone. libpam offers no way to ask it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define PAM_NAME 128
#define PAM_ARGUMENTS 512
#define OUR_MODULE "pam_sap.so"

enum pam_kind { KIND_AUTH, KIND_ACCOUNT, KIND_SESSION, KIND_PASSWORD };
#define PAM_KINDS 4

struct pam_entry {
	enum pam_kind kind;
	bool bracketed; /* the control stood in brackets, which are cut off */
	char control[PAM_NAME];
	char module[PAM_NAME];
	char arguments[PAM_ARGUMENTS];
	char file[PAM_NAME]; /* in the folder */
	unsigned line;
	unsigned substack; /* 0: in none; else a number */
	unsigned level;	   /* in how many */
};

struct pam_stack {
	const char *folder;
	struct pam_entry *entry;
	size_t count, room;
	unsigned *parent; /* of each substack the one around it */
	unsigned substacks;
	unsigned files; /* that were read for it */
};

/* -ENOENT: there is no such service; -E2BIG: it includes itself without end. An included
 * file that is missing is left out: libpam refuses the whole service then, which nobody
 * overlooks. */
int pam_stack_read(const char *folder, const char *service, struct pam_stack *ret);
/* The lines of one file, without what it includes. */
int pam_stack_read_alone(const char *folder, const char *file, struct pam_stack *ret);
void pam_stack_free(struct pam_stack *stack);
#define cleanup_pam_stack __attribute__((cleanup(pam_stack_free)))

const char *pam_kind_name(enum pam_kind kind);

bool pam_entry_is_ours(const struct pam_entry *entry);
/* The module's name without its folder. */
const char *pam_entry_module(const struct pam_entry *entry);
