/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * show - the plan, as a unified diff and the commands behind it, or as JSON
 *
 * `sapdb setup PART... | patch -p1 -d /` would make the same changes: only bytes that
 * could drive a terminal are written as \xHH.
 */
#pragma once

struct plan;
struct tool;
struct why;

int show_plan(const struct tool *tool, const struct plan *plan, struct why *why);
