/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status_table - the leases as a table for people, at most 80 columns wide
 *
 * An address is never cut: one that is longer than an IPv4 address has a line of its own,
 * and its row follows. A user or service that does not fit ends in '+'. Colours are for
 * a terminal alone, and not where NO_COLOR is set (no-color.org).
 */
#pragma once

#include "core/lease_dir.h"

struct batch;
struct leases;

void status_table(const struct leases *leases, const struct batch *batch);

/* What the folder of a lease means to a person: "open", "waiting", ... */
const char *status_state(enum lease_folder folder);
