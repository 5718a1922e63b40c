/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * show - the plan, as a unified diff and the commands behind it, or as JSON
 *
 * `sapdb setup PART... | patch -p1 -d /` would make the same changes where the files are
 * ASCII: other bytes, which could drive a terminal, are written as \xHH. JSON has them as
 * they are, but for a diff that is not UTF-8.
 */
#pragma once

struct plan;
struct tool;
struct why;

int show_plan(const struct tool *tool, const struct plan *plan, struct why *why);
