/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_line - our line in a service's file of /etc/pam.d
 *
 * It goes behind the last line that may refuse the account, where a success of none of
 * them ends the stack or jumps over it. Taken out is every line that
 * names pam_sap.so, of whatever type and spelling: there is nothing else it could be for.
 */
#pragma once

struct why;

/* Returns whether the text has changed: not if there is a line of ours, wherever it is.
 * -EINVAL: nowhere to put it, and why; -ENOMEM. */
int pam_line_add(char **text, const char *arguments, struct why *why);

/* Of these types alone ("account", NULL: all). Returns whether it has changed. -EINVAL:
 * the line before jumps over ours, by number. */
int pam_line_remove(char *text, const char *type, struct why *why);
