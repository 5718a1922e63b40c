/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/setup/show.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "db-tool/command.h"
#include "db-tool/output.h"
#include "db-tool/program.h"
#include "db-tool/setup/command_line.h"
#include "db-tool/setup/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define DIFF_MS 20000
#define DIFFER 1 /* diff's exit status */

/* The new text, for diff's standard input. */
static int text_as_file(const char *text, int *ret, struct why *why)
{
	cleanup_fd int fd = memfd_create("setup", MFD_CLOEXEC);
	const size_t size = text ? strlen(text) : 0;

	if (fd < 0 || (size > 0 && write(fd, text, size) != (ssize_t)size) ||
	    lseek(fd, 0, SEEK_SET) < 0)
		return why_set(why, -errno, "cannot hand a text to diff");
	*ret = take_fd(&fd);
	return 0;
}

static int diff(const struct plan_file *file, struct program_output *ret, struct why *why)
{
	char before[PATH_MAX + 2] = "/dev/null", after[PATH_MAX + 2] = "/dev/null";
	cleanup_fd int fd = -1;

	int error = text_as_file(file->text, &fd, why);
	if (error < 0)
		return error;
	if (file->before)
		(void)snprintf(before, sizeof(before), "a%s", file->path);
	if (file->text)
		(void)snprintf(after, sizeof(after), "b%s", file->path);
	const struct program program = {
		.argv = (const char *const[]){ "diff", "-u", "--label", before, "--label",
					       after, "--",
					       file->before ? file->path : "/dev/null",
					       "-", NULL },
		.input_fd = fd,
		.milliseconds = DIFF_MS,
	};
	error = program_run(&program, ret, why);
	if (error == 0 && ret->status != DIFFER)
		error = why_say(why, -EIO, "diff says of %s: %s", file->path, ret->err);
	return error;
}

/* Bytes of other people's files: none but what every terminal shows. A diff keeps its
 * newlines, tabs and backslashes. */
static char *shown_safely(const char *text)
{
	char *shown = malloc(4 * strlen(text) + 1), *end = shown;

	for (; shown && *text; text++) {
		const unsigned char byte = (unsigned char)*text;
		if ((byte >= ' ' && byte < 0x7f) || byte == '\n' || byte == '\t')
			*end++ = (char)byte;
		else
			end += snprintf(end, sizeof("\\x00"), "\\x%02X", byte);
	}
	if (shown)
		*end = '\0';
	return shown;
}

static const char *change_of(const struct plan_file *file)
{
	if (!file->before)
		return "create";
	return file->text ? "edit" : "delete";
}

static int show_file(const struct tool *tool, const struct plan_file *file,
		     struct why *why)
{
	cleanup_program_output struct program_output output = { 0 };

	const int error = diff(file, &output, why);
	if (error < 0)
		return error;
	cleanup_free char *shown = shown_safely(output.out);
	if (!shown)
		return why_set(why, -ENOMEM, "cannot show %s", file->path);
	if (!tool->json) {
		(void)fputs(shown, stdout);
		return 0;
	}
	json_t *as_it_is = json_stringn(output.out, output.out_size);
	output_json(json_pack("{s:s, s:s, s:o}", "file", file->path, "change",
			      change_of(file), "diff",
			      as_it_is ? as_it_is : json_string(shown)));
	return 0;
}

static int show_command(const struct tool *tool, const struct plan_step *step)
{
	char line[COMMAND_LINE];

	command_line(step, line);
	if (tool->json)
		output_json(json_pack("{s:s}", "command", line));
	else
		(void)printf("# then: %s\n", line);
	return 0;
}

int show_plan(const struct tool *tool, const struct plan *plan, struct why *why)
{
	int error = 0;

	for (size_t i = 0; i < plan->step_count && error == 0; i++) {
		const struct plan_step *step = &plan->steps[i];
		if (!step->file)
			error = show_command(tool, step);
		else if (plan_file_changes(step->file))
			error = show_file(tool, step->file, why);
	}
	return error;
}
