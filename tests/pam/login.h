/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * login - what the parts of the login program share (login.c says what it does)
 */
#pragma once

#include <security/pam_appl.h>
#include <stddef.h>
#include <time.h>

struct daemon {
	const char *confdir, *service, *user;
	pam_handle_t *pamh;
	struct timespec gate;
	unsigned round;
	unsigned threads; /* for what repeat= repeats; 0: this one only */
	size_t stack;	  /* of each of them; 0: as usual */
};

/* What the step returned is printed behind its name. */
typedef long step_function(struct daemon *daemon, const char *argument);

struct step {
	const char *name; /* NULL ends a table */
	step_function *function;
};

/* login_host.c: what a host may have done to itself before it calls PAM */
extern const struct step host_steps[];
/* login_snapshot.c: whether the host is afterwards what it was */
extern const struct step snapshot_steps[];

/* Ends the program when there is no such step. */
long run_step(struct daemon *daemon, const char *text);

/* login_repeat.c: each of the steps is printed once, with its worst value; with threads,
 * each of them has a daemon, hence a handle, of its own and other rounds' addresses. */
int repeat(const struct daemon *daemon, unsigned rounds, char **texts);

/* Waits for a second thread that does this, then has a race with it: to see that it would
 * be seen. */
step_function race;
