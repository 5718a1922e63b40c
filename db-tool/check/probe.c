/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/probe.h"

#include "base/why.h"
#include "db-tool/program.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct fault no_answer = {
	"no-answer", SEVERITY_WARNING,
	"What that program knows could not be looked at, and it may keep the mail server "
	"waiting, too."
};

__attribute__((format(printf, 2, 0))) static void keep(struct check *check,
						       const char *format, va_list args)
{
	(void)vsnprintf(check->about, sizeof(check->about), format, args);
}

bool looked_at(struct check *check, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	keep(check, format, args);
	va_end(args);
	return true;
}

bool not_here(struct check *check, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	keep(check, format, args);
	va_end(args);
	return false;
}

bool ask(struct check *check, const char *const *argv, int input_fd,
	 struct program_output *ret)
{
	const struct program program = { .argv = argv,
					 .input_fd = input_fd,
					 .milliseconds = PROBE_MS };
	struct why why = { 0 };

	const int error = program_run(&program, ret, &why);
	if (error == 0)
		return ret->status == 0;
	if (error != -ENOENT &&
	    !finding_is_there(&check->findings, &no_answer, argv[0])) {
		struct finding *found =
			finding_add(&check->findings, &no_answer, argv[0]);

		finding_what(found, "%s", why.text);
		finding_mend(found, "%s %s", argv[0], argv[1] ? argv[1] : "");
	}
	return false;
}

bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

bool is_below(const char *path, const char *folder)
{
	const size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 &&
	       (path[length] == '/' || path[length] == '\0' ||
		(length > 0 && folder[length - 1] == '/'));
}
