/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * foresee - what --dry-run says: the same words, with "would", and nothing is changed
 *
 *	would revoke 192.0.2.7 (user horn)
 *	would block 192.0.2.0/24 until 2026-11-24T12:01:47Z
 *
 * As JSON {"would": "revoke", "address": ..., "user": ...}. Each returns an exit code.
 */
#pragma once

struct batch;
struct block;
struct blocks;
struct client_address;
struct lease;
struct leases;
struct tool;

/* Of one lease: "revoke", "remove", "open", "renew". */
void foresee_lease(const struct tool *tool, const char *what, const struct lease *lease);

/* A grant of this lease to a client at `from`: whether it would be opened or renewed, or
 * in one line why not. */
int foresee_grant(const struct tool *tool, const struct leases *leases,
		  const struct lease *lease, const struct client_address *from);

/* The blocks, and the leases that they would end. */
int foresee_blocks(const struct tool *tool, const struct blocks *wanted);

/* Those of `unwanted` that are `there`. Returns `code`. */
int foresee_unblock(const struct tool *tool, const struct blocks *there,
		    const struct blocks *unwanted, int code);
