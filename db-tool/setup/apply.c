/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/setup/apply.h"

#include "base/why.h"
#include "db-tool/command.h"
#include "db-tool/output.h"
#include "db-tool/program.h"
#include "db-tool/setup/aside.h"
#include "db-tool/setup/command_line.h"
#include "db-tool/setup/plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define COMMAND_MS 120000

static void tell(const struct tool *tool, const char *what, const char *name,
		 const char *value)
{
	if (tool->json)
		output_json(json_pack("{s:s, s:b}", name, value, "done", true));
	else
		(void)printf("%s %s\n", what, value);
}

/* The last line of what a program says is its reason. */
static const char *last_line(char *text)
{
	size_t size = strlen(text);

	while (size > 0 && text[size - 1] == '\n')
		text[--size] = '\0';
	const char *newline = strrchr(text, '\n');
	return newline ? newline + 1 : text;
}

/* The next run finds a file as it is to be, and nothing to do: so what had to be run for
 * it is said now, up to the next file. */
static void commands_left(const struct plan *plan, size_t first,
			  char text[static COMMAND_LINE])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = first; i < plan->step_count; i++) {
		char line[COMMAND_LINE];
		if (plan->steps[i].file && plan_file_changes(plan->steps[i].file))
			break;
		if (plan->steps[i].file)
			continue;
		command_line(&plan->steps[i], line);
		used += (size_t)snprintf(text + used, COMMAND_LINE - used, "%s%s",
					 used > 0 ? " && " : "", line);
		if (used >= COMMAND_LINE)
			break;
	}
}

static int run(const struct tool *tool, const struct plan *plan, size_t index,
	       struct why *why)
{
	const struct plan_step *step = &plan->steps[index];
	cleanup_program_output struct program_output output = { 0 };
	char line[COMMAND_LINE], left[COMMAND_LINE];
	const struct program program = {
		.argv = step->argv,
		.input_fd = -1,
		.milliseconds = COMMAND_MS,
	};

	command_line(step, line);
	const int error = program_run(&program, &output, why);
	if (error < 0)
		return error;
	if (output.status != 0 && !(step->one_is_fine && output.status == 1)) {
		commands_left(plan, index, left);
		return why_say(why, -EIO, "'%s' failed (%d): %s; mend that, then '%s'",
			       line, output.status,
			       last_line(output.err[0] ? output.err : output.out), left);
	}
	tell(tool, "ran", "command", line);
	return 0;
}

static int write_all_aside(const struct plan *plan, struct aside *asides, struct why *why)
{
	int error = 0;

	for (size_t i = 0; i < plan->file_count && error == 0; i++)
		if (plan_file_changes(&plan->files[i]))
			error = aside_write(&plan->files[i], &asides[i], why);
	return error;
}

static int step_by_step(const struct tool *tool, const struct plan *plan,
			struct aside *asides, struct why *why)
{
	int error = 0;

	for (size_t i = 0; i < plan->step_count && error == 0; i++) {
		const struct plan_step *step = &plan->steps[i];
		if (!step->file) {
			error = run(tool, plan, i, why);
		} else if (plan_file_changes(step->file)) {
			error = aside_put(step->file, &asides[step->file - plan->files],
					  why);
			if (error == 0)
				tell(tool, step->file->text ? "wrote" : "removed", "file",
				     step->file->path);
		}
	}
	return error;
}

int apply_plan(const struct tool *tool, const struct plan *plan, struct why *why)
{
	struct aside asides[PLAN_FILES];

	for (size_t i = 0; i < PLAN_FILES; i++)
		asides[i] = ASIDE_NONE;
	int error = write_all_aside(plan, asides, why);
	if (error == 0)
		error = step_by_step(tool, plan, asides, why);
	for (size_t i = 0; i < plan->file_count; i++)
		aside_drop(&asides[i]);
	return error;
}
