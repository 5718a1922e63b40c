/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/saslauthd_options.h"

#include "db-tool/check/text_file.h"

#include <string.h>

#define WITH_VALUE "aOmnst" /* letters whose value follows; the rest of their word */

/* Of one word "-Vc": whether there is a c among its letters. */
static bool has_cache(const char *word, bool *ret_value_follows)
{
	*ret_value_follows = false;
	if (word[0] != '-' || word[1] == '-')
		return false;
	for (const char *letter = word + 1; *letter != '\0'; letter++) {
		if (*letter == 'c')
			return true;
		if (strchr(WITH_VALUE, *letter)) {
			*ret_value_follows = letter[1] == '\0';
			return false;
		}
	}
	return false;
}

bool saslauthd_caches(char *options)
{
	bool is_value = false;
	char *word;

	for (char *quote = options; (quote = strpbrk(quote, "\"'"));)
		*quote = ' ';
	while ((word = text_next_word(&options, NULL))) {
		if (is_value)
			is_value = false;
		else if (has_cache(word, &is_value))
			return true;
	}
	return false;
}

bool saslauthd_caches_of_arguments(const char *arguments)
{
	bool is_value = false;

	for (; *arguments != '\0'; arguments += strlen(arguments) + 1) {
		if (is_value)
			is_value = false;
		else if (has_cache(arguments, &is_value))
			return true;
	}
	return false;
}
