/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/pam_stack.h"

#include "check.h"
#include "scratch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The files of a folder; the stack of `service` as "type module@file:line(level)". */
static const struct {
	const char *label;
	struct {
		const char *name, *text;
	} files[4];
	const char *want;
} cases[] = {
	{ "one line",
	  { { "pop3", "account optional pam_sap.so\n" } },
	  "account pam_sap.so@pop3:1(0)" },
	{ "a dash, tabs, arguments, no newline at the end",
	  { { "pop3", "# x\n\n-account\toptional\tpam_sap.so  a=b c" } },
	  "account pam_sap.so@pop3:3(0)" },
	{ "a control in brackets",
	  { { "pop3", "auth [success=1 default=ignore] pam_unix.so nullok\n" } },
	  "auth pam_unix.so@pop3:1(0)" },
	{ "a comment behind",
	  { { "pop3", "auth required a.so # b.so\n#auth required c.so\n" } },
	  "auth a.so@pop3:1(0)" },
	{ "a line that goes on",
	  { { "pop3", "auth \\\n required \\\n a.so\nauth required b.so" } },
	  "auth a.so@pop3:3(0) auth b.so@pop3:4(0)" },
	{ "@include takes all types",
	  { { "pop3", "@include all\naccount required c.so" },
	    { "all", "auth required a.so\nsession optional b.so\n" } },
	  "auth a.so@all:1(0) session b.so@all:2(0) account c.so@pop3:2(0)" },
	{ "include takes one",
	  { { "pop3", "account include all" },
	    { "all", "auth required a.so\naccount required b.so\n" } },
	  "account b.so@all:2(0)" },
	{ "a substack is deeper",
	  { { "pop3", "account substack all\naccount required c.so" },
	    { "all", "account include more\naccount required b.so\n" },
	    { "more", "account sufficient a.so" } },
	  "account a.so@more:1(1) account b.so@all:2(1) account c.so@pop3:2(0)" },
	{ "what includes itself comes to an end",
	  { { "pop3", "auth required a.so\nauth include none\n" } },
	  "auth a.so@pop3:1(0)" },
	{ "no line", { { "pop3", "account\naccount required\nnothing here\n[\n" } }, "" },
};

static void print(const struct pam_stack *stack, char *text, size_t room)
{
	text[0] = '\0';
	for (size_t i = 0; i < stack->count; i++) {
		const struct pam_entry *entry = &stack->entry[i];
		const size_t end = strlen(text);

		(void)snprintf(text + end, room - end, "%s%s %s@%s:%u(%u)",
			       i > 0 ? " " : "", pam_kind_name(entry->kind),
			       entry->module, entry->file, entry->line, entry->level);
	}
}

static void stacks_are_read_as_libpam_does(void **state)
{
	const struct scratch *scratch = *state;
	char path[SCRATCH_PATH], text[2048];

	for (size_t i = 0; i < COUNT(cases); i++) {
		cleanup_pam_stack struct pam_stack stack = { 0 };

		for (size_t j = 0; j < 4 && cases[i].files[j].name; j++)
			scratch_write(scratch_path(scratch, cases[i].files[j].name, path),
				      cases[i].files[j].text,
				      strlen(cases[i].files[j].text));
		check_int(cases[i].label, pam_stack_read(scratch->path, "pop3", &stack),
			  0);
		print(&stack, text, sizeof(text));
		check_text(cases[i].label, text, cases[i].want);
	}
}

static void write_file(const struct scratch *scratch, const char *name, const char *text)
{
	char path[SCRATCH_PATH];

	scratch_write(scratch_path(scratch, name, path), text, strlen(text));
}

static void includes_that_never_end_do(void **state)
{
	cleanup_pam_stack struct pam_stack stack = { 0 };
	const struct scratch *scratch = *state;

	write_file(scratch, "pop3", "auth required a.so\nauth substack pop3\n");
	check_int("itself", pam_stack_read(scratch->path, "pop3", &stack), 0);
	check_int("as deep as libpam goes", stack.count, 16);
}

static void two_includes_of_itself_are_bounded(void **state)
{
	cleanup_pam_stack struct pam_stack stack = { 0 };
	const struct scratch *scratch = *state;

	write_file(scratch, "pop3",
		   "auth required a.so\nauth include pop3\nauth include pop3\n");
	check_int("twice", pam_stack_read(scratch->path, "pop3", &stack), -E2BIG);
	check_int("freed", stack.count, 0);
	write_file(scratch, "pop3",
		   "@include pop3\n@include pop3\n@include pop3\n@include pop3\n");
	check_int("without a line", pam_stack_read(scratch->path, "pop3", &stack),
		  -E2BIG);
}

static void one_file_alone(void **state)
{
	cleanup_pam_stack struct pam_stack stack = { 0 };
	const struct scratch *scratch = *state;

	write_file(scratch, "pop3",
		   "@include all\naccount optional /lib/pam_sap.so x=1 y\n");
	write_file(scratch, "all", "auth required a.so\n");
	check_int("alone", pam_stack_read_alone(scratch->path, "pop3", &stack), 0);
	check_int("alone", stack.count, 1);
	check_true("ours by a path", pam_entry_is_ours(&stack.entry[0]));
	check_text("module", pam_entry_module(&stack.entry[0]), "pam_sap.so");
	check_text("arguments", stack.entry[0].arguments, "x=1 y");
	check_text("control", stack.entry[0].control, "optional");
}

static void no_such_service(void **state)
{
	cleanup_pam_stack struct pam_stack stack = { 0 };
	const struct scratch *scratch = *state;

	check_int("none", pam_stack_read(scratch->path, "imap", &stack), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(stacks_are_read_as_libpam_does),
		IN_SCRATCH(includes_that_never_end_do),
		IN_SCRATCH(two_includes_of_itself_are_bounded),
		IN_SCRATCH(one_file_alone),
		IN_SCRATCH(no_such_service),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
