/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status_address - whether and why one address may relay, as the table says it
 */
#pragma once

struct leases;
struct tool;

/* One line or object each; `addresses` ends with NULL. An exit code. */
int status_addresses(const struct tool *tool, const struct leases *leases,
		     char **addresses);
