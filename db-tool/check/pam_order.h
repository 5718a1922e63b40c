/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_order - whether a line of ours stands where libpam comes to it, and late enough
 *
 * Judged by what the lines before it do when their modules succeed. Modules that choose
 * users (pam_succeed_if and its like) may end a stack or jump over us: that is what they
 * are for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct pam_stack;
struct pam_entry;

enum line_trouble {
	LINE_FINE,
	LINE_ENDED,   /* a success before it ends the stack */
	LINE_JUMPED,  /* a success before it jumps over it */
	LINE_EARLY,   /* account: what may still refuse stands behind it */
	LINE_IN_CHAIN /* auth: behind a `required` password check, refused or not */
};

/* What libpam does when the line's module succeeds: "ok", "done", "die", "2" ..., to the
 * end of a word. */
const char *pam_order_on_success(const struct pam_entry *entry);

/* It succeeds for some users only. */
bool pam_order_chooses(const struct pam_entry *entry);

/* `*ret_by` is the line that makes the trouble. */
enum line_trouble pam_order_judge(const struct pam_stack *stack, size_t ours,
				  const struct pam_entry **ret_by);
