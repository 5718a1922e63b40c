/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/finding.h"

#include "base/ascii.h"
#include "db-tool/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct finding *finding_add(struct findings *findings, const struct fault *fault,
			    const char *where)
{
	if (findings->count == findings->room) {
		const size_t room = findings->room * 2 + 8;
		struct finding *more =
			reallocarray(findings->finding, room, sizeof(*more));

		if (!more) {
			(void)complain(EXIT_UNUSABLE, "out of memory");
			exit(EXIT_UNUSABLE);
		}
		findings->finding = more;
		findings->room = room;
	}
	struct finding *added = &findings->finding[findings->count++];
	*added = (struct finding){ .fault = fault };
	(void)snprintf(added->where, sizeof(added->where), "%s", where);
	return added;
}

bool finding_is_there(const struct findings *findings, const struct fault *fault,
		      const char *where)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->finding[i].fault == fault &&
		    strcmp(findings->finding[i].where, where) == 0)
			return true;
	return false;
}

void finding_what(struct finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(finding->what, sizeof(finding->what), format, args);
	va_end(args);
}

void finding_mend(struct finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(finding->mend, sizeof(finding->mend), format, args);
	va_end(args);
	/* Not escaped: its backslashes are the shell's. */
	for (char *byte = finding->mend; *byte != '\0'; byte++)
		if (!ascii_is_print(*byte))
			*byte = '?';
}

/* Few, and in order mostly: each goes before the milder ones. */
void findings_sort(struct findings *findings)
{
	for (size_t i = 1; i < findings->count; i++) {
		const struct finding moved = findings->finding[i];
		size_t to = i;

		for (; to > 0 &&
		       findings->finding[to - 1].fault->severity > moved.fault->severity;
		     to--)
			findings->finding[to] = findings->finding[to - 1];
		findings->finding[to] = moved;
	}
}

size_t findings_count(const struct findings *findings, enum severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->finding[i].fault->severity == severity;
	return count;
}

void findings_free(struct findings *findings)
{
	free(findings->finding);
	*findings = (struct findings){ 0 };
}

const char *severity_name(enum severity severity)
{
	switch (severity) {
	case SEVERITY_ERROR:
		return "error";
	case SEVERITY_WARNING:
		return "warning";
	default:
		return "note";
	}
}
