/* SPDX-License-Identifier: BSD-2-Clause */
/* main.cf: does smtpd ask our table before it refuses relaying, and in no wrong place? */
#include "db-tool/check/probe.h"

#include "base/ascii.h"
#include "db-tool/check/restrictions.h"
#include "db-tool/check/table_name.h"
#include "db-tool/check/text_file.h"
#include "db-tool/program.h"

#include <stdio.h>
#include <string.h>

#define WHERE "main.cf"
#define RELAY "smtpd_relay_restrictions"
#define RECIPIENT "smtpd_recipient_restrictions"

static const struct fault not_asked = {
	"postfix-not-asked", SEVERITY_ERROR,
	"Postfix does not look into the table: nobody is let relay by it."
};
static const struct fault late = {
	"postfix-asked-late", SEVERITY_ERROR,
	"Relaying is refused before the table is asked: nobody is let relay by it."
};
static const struct fault proxied = {
	"postfix-proxy", SEVERITY_ERROR,
	"proxymap keeps the table open for a long time: logins do not help, and what is "
	"closed still relays."
};
static const struct fault said = { "postfix-asks-the-client", SEVERITY_ERROR,
				   "There the client says the key himself, HELO "
				   "192.0.2.77: anybody relays while a lease "
				   "lives." };
static const struct fault my_networks = {
	"postfix-mynetworks", SEVERITY_ERROR,
	"In mynetworks any record lets relay, whatever its value."
};
static const struct fault no_type = {
	"postfix-type", SEVERITY_ERROR,
	"Postfix cannot open the table, and answers 451 to everybody."
};

/* Debian's package of the type. */
static void look_at_types(struct check *check)
{
	static const char *const argv[] = { "postconf", "-m", NULL };
	cleanup_program_output struct program_output types = { 0 };
	const char *type = check->settings->map_type;

	if (!ask(check, argv, -1, &types))
		return;
	for (char *rest = types.out, *line; (line = text_next_line(&rest));)
		if (strcmp(text_trim(line), type) == 0)
			return;
	struct finding *found = finding_add(&check->findings, &no_type, WHERE);
	finding_what(found, "postconf -m does not name the type %s.", type);
	finding_mend(found, "apt-get install postfix-%s", type);
}

/* The value of one line "name = value" of postconf's. */
static char *value_of(char *text, const char *name)
{
	const size_t length = strlen(name);

	for (char *rest = text, *line; (line = text_next_line(&rest));)
		if (strncmp(line, name, length) == 0 && line[length] == ' ')
			return text_trim(line + length + 2);
	return NULL;
}

/* Behind the table's name, which may begin another's. */
#define WORD_ENDS "([ ,}]|$)"

/* What is asked about the client himself is put aside, and stays. */
static void mend_said(struct finding *found, const char *name, const char *table)
{
	finding_mend(found,
		     "postconf -e %s=\"$(postconf -h %s | sed -E -e "
		     "'s#check_(reverse_)?client_#\\1\\n#g' -e "
		     "'s#check_[a-z_]+[ ,]+%s" WORD_ENDS "#\\1#g' -e "
		     "'s#(reverse_)?\\n#check_\\1client_#g')\" && postfix reload",
		     name, name, table);
}

static void say(struct check *check, const struct fault *fault, const char *name,
		const char *what, const char *table)
{
	struct finding *found = finding_add(&check->findings, fault, WHERE);

	finding_what(found, "%s %s %s.", name, what, table);
	if (fault == &not_asked || fault == &late)
		finding_mend(found,
			     "postconf -e \"%s=check_client_access %s $(postconf -h "
			     "%s)\" && postfix reload",
			     name, table, name);
	else if (fault == &said)
		mend_said(found, name, table);
	else
		finding_mend(found,
			     "postconf -e %s=\"$(postconf -h %s | sed -E "
			     "'s#proxy:(%s)" WORD_ENDS "#\\1\\2#g')\" && postfix reload",
			     name, name, table);
}

/* Its value, in `output`, or NULL. */
static char *list_of(struct check *check, const char *name, struct program_output *output)
{
	const char *const argv[] = { "postconf", "-x", name, NULL };

	return ask(check, argv, -1, output) ? value_of(output->out, name) : NULL;
}

static enum table_use use_in(struct check *check, const char *name, const char *table)
{
	cleanup_program_output struct program_output output = { 0 };
	char *list = list_of(check, name, &output);

	return list ? restrictions_use(list, table) : USE_NONE;
}

static bool refuses(struct check *check, const char *name)
{
	cleanup_program_output struct program_output output = { 0 };
	char *list = list_of(check, name, &output);

	return list && restrictions_refuse(list);
}

static bool is_empty(struct check *check, const char *name)
{
	cleanup_program_output struct program_output output = { 0 };
	const char *list = list_of(check, name, &output);

	return !list || *list == '\0';
}

static void look_at_list(struct check *check, const char *name, const char *table)
{
	switch (use_in(check, name, table)) {
	case USE_IN_TIME:
	case USE_SAID: /* told below */
		break;
	case USE_LATE:
		say(check, &late, name, "asks only behind its refusal", table);
		break;
	case USE_PROXY:
		say(check, &proxied, name, "asks by proxy:", table);
		break;
	default:
		say(check, &not_asked, name, "has no check_client_access", table);
	}
}

/* Postfix goes through both, and one refusal is enough. There is none in the first before
 * 2.10, or where it is empty on purpose. */
static void look_at_relaying(struct check *check, const char *table)
{
	const bool relay = !is_empty(check, RELAY);

	if (relay)
		look_at_list(check, RELAY, table);
	if (!relay || refuses(check, RECIPIENT))
		look_at_list(check, RECIPIENT, table);
}

static void look_at_others(struct check *check, const char *table)
{
	static const char *const lists[] = {
		RELAY,
		"smtpd_client_restrictions",
		"smtpd_helo_restrictions",
		"smtpd_sender_restrictions",
		RECIPIENT,
	};
	static const char *const argv[] = { "postconf", "-x", "mynetworks", NULL };
	cleanup_program_output struct program_output output = { 0 };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (use_in(check, lists[i], table) == USE_SAID)
			say(check, &said, lists[i], "asks about what the client says",
			    table);
	if (!ask(check, argv, -1, &output) || !strstr(output.out, table))
		return;
	struct finding *found = finding_add(&check->findings, &my_networks, WHERE);
	finding_what(found, "mynetworks has the table %s.", table);
	finding_mend(found,
		     "postconf -e mynetworks=\"$(postconf -h mynetworks | sed -E "
		     "'s#%s" WORD_ENDS "#\\1#g')\" && postfix reload",
		     table);
}

bool probe_postfix(struct check *check)
{
	char table[TABLE_NAME];

	if (check->settings->mta != MTA_POSTFIX)
		return not_here(check, "mta is not postfix");
	if (!program_is_there("postconf"))
		return not_here(check, "no postconf");
	table_name(check->settings, table);
	look_at_types(check);
	look_at_relaying(check, table);
	look_at_others(check, table);
	return looked_at(check, "postconf, for %s", table);
}
