/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/finding_print.h"

#include "core/escape.h"
#include "db-tool/check/finding.h"
#include "db-tool/colour.h"
#include "db-tool/output.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS 80
#define INDENT 8 /* of what goes on below */
#define ESCAPED (4 * FINDING_TEXT)

static const enum colour colours[] = {
	[SEVERITY_ERROR] = COLOUR_BAD,
	[SEVERITY_WARNING] = COLOUR_LOOK,
	[SEVERITY_NOTE] = COLOUR_HEAD,
};

void finding_print_json(const struct finding *finding)
{
	char what[ESCAPED], where[ESCAPED];

	output_json(json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", finding->fault->id,
			      "severity", severity_name(finding->fault->severity), "what",
			      escape_text(finding->what, "", what, sizeof(what)), "why",
			      finding->fault->why, "mend", finding->mend, "where",
			      escape_text(finding->where, "", where, sizeof(where))));
}

/* How long the next word is: up to a blank, in a command to one outside of quotes. */
static size_t word_of(const char *text, bool command)
{
	bool quoted = false;
	size_t length = 0;

	for (; text[length] != '\0' && (quoted || text[length] != ' '); length++) {
		if (command && text[length] == '\'')
			quoted = !quoted;
		else if (command && !quoted && text[length] == '\\' &&
			 text[length + 1] != '\0')
			length++;
	}
	return length;
}

void print_wrapped(const char *label, const char *text, bool command)
{
	const size_t end = command ? COLUMNS - 2 : COLUMNS; /* room for " \" */
	size_t column = strlen(label);
	bool first = true;

	(void)fputs(label, stdout);
	while (*text != '\0') {
		const size_t word = word_of(text, command);

		if (!first && column + 1 + word > end) {
			(void)printf("%s\n%*s", command ? " \\" : "", INDENT, "");
			column = INDENT;
			first = true;
		}
		(void)printf("%s%.*s", first ? "" : " ", (int)word, text);
		column += word + !first;
		first = false;
		text += word;
		text += *text == ' ';
	}
	(void)putchar('\n');
}

void finding_print_text(const struct finding *finding)
{
	const struct fault *fault = finding->fault;
	char text[ESCAPED];

	(void)printf("%s%s%s: %s (%s)\n", colour_begin(colours[fault->severity]),
		     severity_name(fault->severity), colour_end(), fault->id,
		     escape_text(finding->where, "", text, sizeof(text)));
	print_wrapped("  what: ", escape_text(finding->what, "", text, sizeof(text)),
		      false);
	print_wrapped("  why:  ", fault->why, false);
	print_wrapped("  mend: ", finding->mend, true);
	(void)putchar('\n');
}
