/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * part - what sapdb setup knows of each mail server and each daemon
 *
 * To add one: a row in part.c and a function that puts into the plan what its page in
 * docs/guide says. With plan->remove it takes the same out again, and what the page has
 * an administrator write by hand; nothing there is nothing to do.
 */
#pragma once

#include "core/access_record.h"

#include <stdbool.h>

struct plan;
struct why;

struct part {
	const char *name;
	bool is_server; /* one of them at a time: the settings have one `mta` */
	enum mta mta;
	int (*plan)(struct plan *plan, const struct part *part, struct why *why);
	/* Of a daemon that needs no more than a line: */
	const char *services[3]; /* files in /etc/pam.d; ends with NULL */
	const char *arguments;	 /* of the module */
	const char *package;
};

/* NULL: no such part, or no more of them. */
const struct part *part_by_name(const char *name);
const struct part *part_at(size_t index);

/* The lines in /etc/pam.d. */
int part_pam_lines(struct plan *plan, const struct part *part, struct why *why);

int part_sendmail(struct plan *plan, const struct part *part, struct why *why);
int part_postfix(struct plan *plan, const struct part *part, struct why *why);
int part_exim(struct plan *plan, const struct part *part, struct why *why);
int part_dovecot(struct plan *plan, const struct part *part, struct why *why);
int part_courier(struct plan *plan, const struct part *part, struct why *why);
int part_cyrus(struct plan *plan, const struct part *part, struct why *why);
int part_mailutils(struct plan *plan, const struct part *part, struct why *why);
