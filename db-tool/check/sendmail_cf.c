/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/sendmail_cf.h"

#include "base/ascii.h"
#include "db-tool/check/text_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *sendmail_cf_path(void)
{
	static const char *const places[] = { "/etc/mail/sendmail.cf", "/etc/sendmail.cf",
					      NULL };

	for (size_t i = 0; places[i]; i++)
		if (access(places[i], F_OK) == 0)
			return places[i];
	return NULL;
}

static void keep(char into[static CF_WORD], const char *text)
{
	(void)snprintf(into, CF_WORD, "%s", text);
}

static void take_map(char *line, struct cf_map *ret)
{
	char *word = text_next_word(&line, NULL);

	*ret = (struct cf_map){ .there = word != NULL };
	if (!word)
		return;
	keep(ret->name, word);
	if ((word = text_next_word(&line, NULL)))
		keep(ret->type, word);
	while ((word = text_next_word(&line, NULL))) {
		if (word[0] != '-') {
			keep(ret->path, word);
			break;
		}
		ret->optional |= word[1] == 'o';
		ret->temp_fail |= word[1] == 'T';
	}
}

/* sendmail adds the suffix .db where it is missing. */
static bool is_same_path(const char *a, const char *b)
{
	const size_t a_size = strlen(a), b_size = strlen(b);
	const size_t a_stem =
		a_size > 3 && strcmp(a + a_size - 3, ".db") == 0 ? a_size - 3 : a_size;
	const size_t b_stem =
		b_size > 3 && strcmp(b + b_size - 3, ".db") == 0 ? b_size - 3 : b_size;

	return a_stem == b_stem && strncmp(a, b, a_stem) == 0;
}

#define COMPRESSED "UseCompressedIPv6Addresses="
#define TRUSTED_USER "TrustedUser="

static void take_option(char *line, struct sendmail_cf *ret)
{
	line = text_trim(line);
	if (ascii_begins(line, COMPRESSED)) {
		const char first = ascii_lower(line[strlen(COMPRESSED)]);

		ret->ipv6_compressed = first == 't' || first == 'y';
	} else if (ascii_begins(line, TRUSTED_USER))
		keep(ret->trusted_user, line + strlen(TRUSTED_USER));
}

void sendmail_cf_parse(char *text, const char *path, struct sendmail_cf *ret)
{
	struct cf_map map;
	char *line;

	*ret = (struct sendmail_cf){ 0 };
	while ((line = text_next_line(&text))) {
		if (line[0] == 'O' && line[1] == ' ')
			take_option(line + 1, ret);
		if (line[0] != 'K')
			continue;
		take_map(line + 1, &map);
		if (strcmp(map.name, "access") == 0 && !ret->access.there)
			ret->access = map;
		if (is_same_path(map.path, path) && !ret->ours.there)
			ret->ours = map;
	}
}
