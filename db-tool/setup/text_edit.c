/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/setup/text_edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAS "# sapdb setup, was: "
#define NOT_THERE "# sapdb setup, not there before:\n"
#define BLANKS " \t"
#define BETWEEN " \t\n,\"'"

size_t text_line(const char *line)
{
	const size_t length = strcspn(line, "\n");

	return length + (line[length] == '\n');
}

int text_insert(char **text, size_t at, const char *what)
{
	const size_t size = strlen(*text), more = strlen(what);
	char *grown = realloc(*text, size + more + 1);

	if (!grown)
		return -ENOMEM;
	memmove(grown + at + more, grown + at, size - at + 1);
	for (size_t i = 0; i < more; i++)
		grown[at + i] = what[i];
	*text = grown;
	return 0;
}

void text_cut(char *text, struct span span)
{
	char *at = text + span.at;

	memmove(at, at + span.size, strlen(at + span.size) + 1);
}

int text_add_line(char **text, const char *line)
{
	const size_t size = strlen(*text);

	return text_insert(text, size == 0 || (*text)[size - 1] == '\n' ? size : 0, line);
}

int text_add_marked(char **text, const char *line)
{
	char *both = NULL;

	if (asprintf(&both, "%s%s", NOT_THERE, line) < 0)
		return -ENOMEM;
	const int error = text_add_line(text, both);
	free(both);
	return error;
}

int text_replace_marked(char **text, struct span line, const char *new_line)
{
	const bool ends = strchr(*text + line.at, '\n') != NULL;
	int error = text_insert(text, line.at, WAS);

	/* A last line without a newline: ours has none either. */
	if (error == 0)
		error = text_insert(text, line.at + strlen(WAS) + line.size,
				    ends ? new_line : "\n");
	if (error == 0 && !ends) {
		error = text_insert(text, line.at + strlen(WAS) + line.size + 1,
				    new_line);
		if (error == 0)
			(*text)[strlen(*text) - 1] = '\0';
	}
	return error;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Whether it is a line about that name. */
static bool is_about(const char *line, const char *name)
{
	line += strspn(line, BLANKS);
	return begins(line, name) && strchr(BLANKS "=:", line[strlen(name)]) &&
	       line[strlen(name)] != '\0';
}

/* The line behind a mark, if it is still ours: cut, with the newline before it where it
 * was the last one and had none. */
static void cut_ours(char *text, size_t at)
{
	const size_t size = text_line(text + at);

	if (size > 0 && text[at + size - 1] != '\n')
		text_cut(text, (struct span){ at - 1, size + 1 });
	else
		text_cut(text, (struct span){ at, size });
}

void text_unmark(char *text, const char *name)
{
	for (size_t at = 0; text[at] != '\0';) {
		const size_t size = text_line(text + at);
		const char *next = text + at + size;
		if (begins(text + at, WAS) && is_about(text + at + strlen(WAS), name) &&
		    is_about(next, name)) {
			cut_ours(text, at + size);
			text_cut(text, (struct span){ at, strlen(WAS) });
		} else if (begins(text + at, NOT_THERE) && is_about(next, name)) {
			text_cut(text, (struct span){ at, size + text_line(next) });
		} else {
			at += size;
		}
	}
}

bool text_is_our_file(const char *text)
{
	return begins(text, MADE_THIS_FILE);
}

/* Whether the line assigns to the name; then where its value begins. */
static bool assigns(const char *line, const char *name, char sign, size_t *ret_value)
{
	const char *at = line + strspn(line, BLANKS);

	if (!begins(at, name))
		return false;
	at += strlen(name);
	at += strspn(at, BLANKS);
	if (*at != sign)
		return false;
	at++;
	at += strspn(at, BLANKS);
	*ret_value = (size_t)(at - line);
	return true;
}

/* With the lines that go on with it, and the comments between them. */
static size_t folded_line(const char *line)
{
	size_t size = text_line(line);

	for (size_t look = size; line[look] != '\0';) {
		const size_t next = text_line(line + look);
		const bool blank = strspn(line + look, " \t\n") >= next;
		if (!blank && line[look] != '#' && !strchr(BLANKS, line[look]))
			break;
		look += next;
		if (!blank && line[look - next] != '#')
			size = look;
	}
	return size;
}

static struct span trimmed(const char *text, size_t begin, size_t end)
{
	while (end > begin && strchr(" \t\n", text[end - 1]))
		end--;
	return (struct span){ begin, end > begin ? end - begin : 0 };
}

bool text_assignment(const char *text, const char *name, enum text_form form,
		     struct span *ret_line, struct span *ret_value)
{
	const bool folded = form == TEXT_FOLDED;
	const char sign = form == TEXT_COLON ? ':' : '=';
	bool found = false;

	for (size_t at = 0, size; text[at] != '\0'; at += size) {
		size_t begin;
		size = folded ? folded_line(text + at) : text_line(text + at);
		if (folded && strchr(BLANKS, text[at]))
			continue;
		if (!assigns(text + at, name, sign, &begin))
			continue;
		*ret_line = (struct span){ at, size };
		*ret_value = trimmed(text, at + begin, at + size);
		found = true;
	}
	return found;
}

bool text_has_word(const char *text, struct span value, const char *word,
		   struct span *ret)
{
	const size_t length = strlen(word), end = value.at + value.size;

	for (size_t at = value.at; at < end;) {
		if (text[at] == '\n' && text[at + 1] == '#') { /* between folded lines */
			at += 1 + text_line(text + at + 1) - 1;
			continue;
		}
		const size_t size = strcspn(text + at, BETWEEN);
		if (size == length && strncmp(text + at, word, length) == 0) {
			*ret = (struct span){ at, length };
			return true;
		}
		at += size > 0 ? size : 1;
	}
	return false;
}
