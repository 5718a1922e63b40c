/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apply - do what the plan says
 *
 * All files are written aside before the first takes its place; whatever fails before
 * leaves everything as it was. Then files and commands in their order. A command that
 * fails ends it: it is said what to run by hand, and the next run does the rest.
 */
#pragma once

struct plan;
struct tool;
struct why;

int apply_plan(const struct tool *tool, const struct plan *plan, struct why *why);
