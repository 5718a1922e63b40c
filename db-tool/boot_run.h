/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_run - when the first `sapdb expire` after a boot was over
 *
 * RUN_DIR/first-run, which a boot forgets. For sapdb check: a mail server that was
 * started before that has relayed for leases whose time was over.
 */
#pragma once

#include <stdbool.h>

struct leases;

/* To be asked before the run: has there ever been one? */
bool boot_run_is_not_the_first(const struct leases *leases);

/* Behind the run, also one that failed, which is told elsewhere: before all is set up it
 * does. The very first one of all closes nothing that a boot has left. */
void boot_run_note(const struct leases *leases, bool not_the_first);

/* In microseconds of CLOCK_MONOTONIC, as systemd tells its times; 0: nothing is known. */
long long boot_run_time(const char *run_dir);
