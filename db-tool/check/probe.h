/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe - one thing that sapdb check looks at
 *
 * To add one: a file db-tool/check/probe_NAME.c with its faults, a line in the table of
 * check.c, and the ids in sapdb-check(8). A probe changes nothing, starts programs only
 * by db-tool/program.h, and is silent about what is not on this host: then it says why
 * there was nothing to look at. What follows from a finding that is made already is not
 * another one.
 */
#pragma once

#include "core/settings.h"
#include "db-tool/check/dovecot_conf.h"
#include "db-tool/check/finding.h"

#include <time.h>

#define PROBE_ABOUT 256
#define PROBE_MS 10000 /* for a program of the host's */
#define PAM_FOLDER "/etc/pam.d"

struct tool;
struct program_output;

struct check {
	const struct tool *tool;
	const struct settings
		*settings; /* of the file; if it does not load the defaults */
	const char *conf;
	struct timespec now;
	struct dovecot_conf dovecot; /* what the host's Dovecot says */
	struct findings findings;
	char about[PROBE_ABOUT]; /* what the probe looked at, or why it did not */
	/* What other probes have found, and need not say again in other words. */
	bool conf_is_bad, timer_is_bad, table_is_bad, server_is_bad;
	bool blind; /* something could not be looked at at all */
};

struct probe {
	const char *name;
	bool (*look)(struct check *check); /* false: not here; both set `about` */
};

/* Keep `about`, and return true, or false. */
bool looked_at(struct check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool not_here(struct check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Ask a program of the host's. False: it is not there or gave no answer, which is then a
 * finding, or it said that it failed. */
bool ask(struct check *check, const char *const *argv, int input_fd,
	 struct program_output *ret);

/* Whether the file, or folder, is there. */
bool is_there(const char *path);

/* The path's beginning is `folder`, as a whole name. */
bool is_below(const char *path, const char *folder);

bool probe_conf(struct check *check);
bool probe_scope(struct check *check);
bool probe_pam(struct check *check);
bool probe_places(struct check *check);
bool probe_module(struct check *check);
bool probe_dovecot(struct check *check);
bool probe_saslauthd(struct check *check);
bool probe_units(struct check *check);
bool probe_sandbox(struct check *check);
bool probe_boot(struct check *check);
bool probe_state(struct check *check);
bool probe_leases(struct check *check);
bool probe_table(struct check *check);
bool probe_records(struct check *check);
bool probe_mta(struct check *check);
bool probe_sendmail(struct check *check);
bool probe_postfix(struct check *check);
bool probe_exim(struct check *check);
bool probe_answers(struct check *check);
