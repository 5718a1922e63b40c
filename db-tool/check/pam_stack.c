/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/pam_stack.h"

#include "base/ascii.h"
#include "base/cleanup.h"
#include "db-tool/check/text_file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MOST 16 /* as in libpam, which refuses more */
#define ENTRIES_MOST 4096
#define FILES_MOST 1000

static const char *const kinds[PAM_KINDS] = {
	[KIND_AUTH] = "auth",
	[KIND_ACCOUNT] = "account",
	[KIND_SESSION] = "session",
	[KIND_PASSWORD] = "password",
};

/* Where one file is read into: from which line of it all, and what of it is wanted. */
struct reading {
	struct pam_stack *stack;
	int only; /* a kind, or -1 = all */
	unsigned substack, level, depth;
	bool alone;
};

static int read_file(struct reading reading, const char *file);

const char *pam_kind_name(enum pam_kind kind)
{
	return kinds[kind];
}

static int kind_by_name(const char *name)
{
	name += *name == '-';
	for (int kind = 0; kind < PAM_KINDS; kind++)
		if (ascii_begins(name, kinds[kind]) &&
		    strlen(name) == strlen(kinds[kind]))
			return kind;
	return -1;
}

static int grow(struct pam_stack *stack)
{
	if (stack->count < stack->room)
		return 0;
	const size_t room = stack->room * 2 + 32;
	struct pam_entry *more = reallocarray(stack->entry, room, sizeof(*more));
	if (!more || room > 2 * ENTRIES_MOST)
		return more ? (stack->entry = more, -E2BIG) : -ENOMEM;
	stack->entry = more;
	stack->room = room;
	return 0;
}

/* The number of a substack inside `around`. */
static int new_substack(struct pam_stack *stack, unsigned around, unsigned *ret)
{
	unsigned *more =
		reallocarray(stack->parent, stack->substacks + 2, sizeof(*stack->parent));

	if (!more)
		return -ENOMEM;
	stack->parent = more;
	*ret = ++stack->substacks;
	more[*ret] = around;
	return 0;
}

static int take_include(struct reading reading, int kind, const char *control,
			const char *file)
{
	struct reading inner = reading;
	int error = 0;

	inner.only = kind;
	inner.depth++;
	if (strcmp(control, "substack") == 0) {
		inner.level++;
		error = new_substack(reading.stack, reading.substack, &inner.substack);
	}
	if (error == 0 && !reading.alone && inner.depth < DEPTH_MOST)
		error = read_file(inner, file);
	return error == -ENOENT ? 0 : error;
}

static int add(const struct reading *reading, const struct pam_entry *entry)
{
	const int error = grow(reading->stack);

	if (error == 0)
		reading->stack->entry[reading->stack->count++] = *entry;
	return error;
}

static int take_line(struct reading reading, const char *file, unsigned number,
		     char *line)
{
	struct pam_entry entry = { .substack = reading.substack,
				   .level = reading.level,
				   .line = number };
	const char *type = text_next_word(&line, NULL);

	if (!type)
		return 0;
	if (strcmp(type, "@include") == 0) {
		const char *other = text_next_word(&line, NULL);

		return other ? take_include(reading, reading.only, "include", other) : 0;
	}
	const int kind = kind_by_name(type);
	const char *control = text_next_word(&line, &entry.bracketed);
	const char *module = text_next_word(&line, NULL);
	if (kind < 0 || !control || !module ||
	    (reading.only >= 0 && kind != reading.only))
		return 0;
	if (strcmp(control, "include") == 0 || strcmp(control, "substack") == 0)
		return take_include(reading, kind, control, module);
	entry.kind = (enum pam_kind)kind;
	(void)snprintf(entry.control, sizeof(entry.control), "%s", control);
	(void)snprintf(entry.module, sizeof(entry.module), "%s", module);
	(void)snprintf(entry.arguments, sizeof(entry.arguments), "%s", text_trim(line));
	(void)snprintf(entry.file, sizeof(entry.file), "%s", file);
	return add(&reading, &entry);
}

/* A backslash at its end makes a line go on in the next one. */
static char *whole_line(char **text, unsigned *number)
{
	char *line = text_next_line(text);

	for (*number += line != NULL; line && *text; (*number)++) {
		const size_t length = strlen(line);

		if (length == 0 || line[length - 1] != '\\')
			break;
		line[length - 1] = ' ';
		line[length] = ' '; /* was its end */
		(void)text_next_line(text);
	}
	return line;
}

static int take_lines(struct reading reading, const char *file, char *text)
{
	unsigned number = 0;
	char *line;
	int error = 0;

	while (error == 0 && (line = whole_line(&text, &number))) {
		line[strcspn(line, "#")] = '\0';
		error = take_line(reading, file, number, line);
	}
	return error;
}

/* A path is taken as it is, as libpam does. */
static int read_file(struct reading reading, const char *file)
{
	char path[PATH_MAX];
	cleanup_free char *text = NULL;

	if (++reading.stack->files > FILES_MOST)
		return -E2BIG;
	if (file[0] == '/')
		(void)snprintf(path, sizeof(path), "%s", file);
	else
		(void)snprintf(path, sizeof(path), "%s/%s", reading.stack->folder, file);
	const int error = text_file_read(path, &text);
	return error < 0 ? error : take_lines(reading, file, text);
}

static int read_service(const char *folder, const char *service, bool alone,
			struct pam_stack *ret)
{
	*ret = (struct pam_stack){ .folder = folder };
	const struct reading reading = { .stack = ret, .only = -1, .alone = alone };
	const int error = read_file(reading, service);

	if (error < 0)
		pam_stack_free(ret);
	return error;
}

int pam_stack_read(const char *folder, const char *service, struct pam_stack *ret)
{
	return read_service(folder, service, false, ret);
}

int pam_stack_read_alone(const char *folder, const char *file, struct pam_stack *ret)
{
	return read_service(folder, file, true, ret);
}

void pam_stack_free(struct pam_stack *stack)
{
	free(stack->entry);
	free(stack->parent);
	*stack = (struct pam_stack){ 0 };
}

const char *pam_entry_module(const struct pam_entry *entry)
{
	const char *slash = strrchr(entry->module, '/');

	return slash ? slash + 1 : entry->module;
}

bool pam_entry_is_ours(const struct pam_entry *entry)
{
	return strcmp(pam_entry_module(entry), OUR_MODULE) == 0;
}
