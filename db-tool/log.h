/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log - the tool's way to the system's log: ident sapdb, facility mail
 */
#pragma once

struct tool;

/* From here on what happens to leases is logged as well as printed. */
void log_open(struct tool *tool);
