/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit_ask - have systemctl tell of our units and the mail servers'
 */
#pragma once

#include <stdbool.h>

struct check;
struct program_output;

/* Whether systemd runs this host. */
bool systemd_is_here(void);

/* Asks of these units, and of the mail servers', all that unit_property() may ask for. */
bool unit_states_ask(struct check *check, struct program_output *ret);
