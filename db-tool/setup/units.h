/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * units - the timer, the path unit and the run at boot are on, or off
 *
 * Where systemd does not run (a chroot that becomes a host) they are enabled for its
 * next boot; where there is no systemctl they are not our matter: cron is.
 */
#pragma once

#include <stdbool.h>

struct plan;
struct why;

/* `run_now`: a run of `sapdb expire` has to make the table, by the settings as they are
 * when the plan has come so far. */
int units_on(struct plan *plan, bool run_now, struct why *why);

/* Behind the end of every lease: with the timer off nobody would close them. No login
 * opens another one until a run of `sapdb expire`, which setup starts. */
int units_off(struct plan *plan, struct why *why);
