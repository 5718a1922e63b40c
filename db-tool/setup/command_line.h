/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command_line - a command of the plan as a person would type it
 */
#pragma once

#define COMMAND_LINE 4096

struct plan_step;

void command_line(const struct plan_step *step, char line[static COMMAND_LINE]);
