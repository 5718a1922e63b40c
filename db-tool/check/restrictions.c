/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/restrictions.h"

#include "base/ascii.h"

#include <string.h>

#define BLANKS " \t\r\n,{}"

static bool refuses_relaying(const char *word)
{
	return ascii_equal(word, "reject_unauth_destination") ||
	       ascii_equal(word, "defer_unauth_destination") ||
	       ascii_equal(word, "reject") || ascii_equal(word, "defer");
}

/* check_helo_access, check_sender_access and their like, but not of the client. */
static bool asks_what_is_said(const char *word)
{
	return ascii_begins(word, "check_") && !ascii_begins(word, "check_client_") &&
	       !ascii_begins(word, "check_reverse_client_");
}

static enum table_use use_of(const char *check, const char *word, const char *table,
			     bool late)
{
	const bool proxied = ascii_begins(word, "proxy:");

	if (strcmp(proxied ? word + 6 : word, table) != 0)
		return USE_NONE;
	if (asks_what_is_said(check))
		return USE_SAID;
	if (!ascii_equal(check, "check_client_access"))
		return USE_NONE;
	return proxied ? USE_PROXY : late ? USE_LATE : USE_IN_TIME;
}

bool restrictions_refuse(char *list)
{
	const char *word;

	while ((word = strsep(&list, BLANKS)))
		if (refuses_relaying(word))
			return true;
	return false;
}

/* What is worst for the host comes first: anybody may relay. */
enum table_use restrictions_use(char *list, const char *table)
{
	enum table_use use = USE_NONE;
	const char *word, *before = "";
	bool late = false;

	while ((word = strsep(&list, BLANKS))) {
		if (*word == '\0')
			continue;
		const enum table_use here = use_of(before, word, table, late);
		if (here == USE_SAID || use == USE_NONE ||
		    (here == USE_IN_TIME && use != USE_SAID))
			use = here == USE_NONE ? use : here;
		late |= refuses_relaying(word);
		before = word;
	}
	return use;
}
