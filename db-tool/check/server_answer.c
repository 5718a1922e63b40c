/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/server_answer.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "db-tool/check/exim_program.h"
#include "db-tool/check/probe.h"
#include "db-tool/check/sendmail_cf.h"
#include "db-tool/check/table_name.h"
#include "db-tool/check/text_file.h"
#include "db-tool/program.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* A descriptor from which a program reads `text`; -1 */
static int input_of(const char *text)
{
	cleanup_fd int fd = memfd_create("input", MFD_CLOEXEC);
	const ssize_t size = (ssize_t)strlen(text);

	if (fd < 0 || write(fd, text, (size_t)size) != size || lseek(fd, 0, SEEK_SET) < 0)
		return -1;
	return take_fd(&fd);
}

/* What it said from `at` on, to the end of the line. */
static void keep_line(struct server_answer *answer, const char *at)
{
	const size_t size = at ? strcspn(at, "\r\n") : 0;

	(void)snprintf(answer->said, sizeof(answer->said), "%.*s",
		       (int)(size > 0 ? size : 7), size > 0 ? at : "nothing");
}

/* As sendmail tells the macro: IPv4, or "IPv6:" and its groups. */
static void client_addr(struct check *check, const struct client_address *client,
			char text[static RECORD_KEY])
{
	struct record_form form = settings_record_form(check->settings);

	form.key_tag = "";
	record_key(&form, client, text);
	if (strncmp(text, "ipv6:", 5) == 0)
		memcpy(text, "IPv6:", 5);
}

/*
 * "Relay_ok         returns: RELAY" of the ruleset that decides about a client's address,
 * in all of sendmail's m4 files. Where there is none, "map_lookup: access (192.0.2.77)
 * returns RELAY (0)" has to do.
 */
static void judge_sendmail(const char *said, const char *value, struct server_answer *ret)
{
	const char *found = NULL, *at = said;

	while ((at = strstr(at, "Relay_ok ")))
		if (strncmp(at += strcspn(at, ":\n"), ": ", 2) == 0)
			found = at + 2;
	/* The line "input: x" comes first. */
	if (found) {
		ret->relays = strncmp(found, "RELAY", 5) == 0;
		(void)snprintf(ret->said, sizeof(ret->said), "Relay_ok returns %.*s",
			       (int)strcspn(found, "\r\n"), found);
		return;
	}
	found = strstr(said, "map_lookup:");
	keep_line(ret, found ? found : strstr(said, "Map named"));
	at = found ? strstr(found, " returns ") : NULL;
	ret->relays = at && strncmp(at + 9, value, strlen(value)) == 0;
}

static bool asked_sendmail(struct check *check, const struct client_address *client,
			   const char *key, struct server_answer *ret)
{
	static const char *const argv[] = { "sendmail", "-bt", NULL };
	cleanup_program_output struct program_output output = { 0 };
	const char *cf = sendmail_cf_path();
	cleanup_free char *text = NULL;
	struct sendmail_cf conf;
	char input[1024], macro[RECORD_KEY];

	if (!cf || text_file_read(cf, &text) < 0)
		return false;
	sendmail_cf_parse(text, check->settings->map_path, &conf);
	client_addr(check, client, macro);
	(void)snprintf(input, sizeof(input),
		       "/map %s %s\n.D{client_addr}%s\nRelay_ok x\n", conf.ours.name, key,
		       macro);
	cleanup_fd int fd = input_of(input);
	if (!conf.ours.there || fd < 0 || (!ask(check, argv, fd, &output) && !output.out))
		return false;
	judge_sendmail(output.out, check->settings->value, ret);
	(void)snprintf(ret->command, sizeof(ret->command),
		       "printf '.D{client_addr}%s\\nRelay_ok x\\n' | sendmail -bt",
		       macro);
	return true;
}

static bool asked_postfix(struct check *check, const char *key, struct server_answer *ret)
{
	char table[TABLE_NAME];
	const char *const argv[] = { "postmap", "-q", key, table, NULL };
	cleanup_program_output struct program_output output = { 0 };

	table_name(check->settings, table);
	if (!ask(check, argv, -1, &output) && !output.out)
		return false;
	keep_line(ret, output.out[0] != '\0' ? output.out : output.err);
	ret->relays = strncmp(output.out, check->settings->value,
			      strlen(check->settings->value)) == 0;
	(void)snprintf(ret->command, sizeof(ret->command), "postmap -q %s %s", key,
		       table);
	return true;
}

/* The reply to the recipient: the last line before that to QUIT. */
static bool asked_exim(struct check *check, const struct client_address *client,
		       struct server_answer *ret)
{
	static const char question[] = "host in \"+relay_from_hosts\"?";
	const char *const argv[] = { exim_program(), "-bh", client->text, NULL };
	cleanup_program_output struct program_output output = { 0 };
	cleanup_fd int fd = input_of("EHLO check.invalid\r\nMAIL FROM:<>\r\n"
				     "RCPT TO:<postmaster@example.org>\r\nQUIT\r\n");

	if (!argv[0] || fd < 0 || (!ask(check, argv, fd, &output) && !output.out))
		return false;
	/* On stderr: >>> host in "+relay_from_hosts"? yes (matched ...) */
	const char *asked = NULL;
	for (const char *at = output.err; (at = strstr(at, "host in \"")); at++)
		if (strncmp(at, question, strlen(question)) == 0)
			asked = at;
	keep_line(ret, asked);
	ret->relays = asked && strncmp(asked + strlen(question), " yes", 4) == 0;
	(void)snprintf(ret->command, sizeof(ret->command), "%s -bh %s", argv[0],
		       client->text);
	return asked != NULL;
}

bool server_asked(struct check *check, const struct client_address *client,
		  struct server_answer *ret)
{
	const struct record_form form = settings_record_form(check->settings);
	char key[RECORD_KEY];

	*ret = (struct server_answer){ 0 };
	record_key(&form, client, key);
	switch (check->settings->mta) {
	case MTA_SENDMAIL:
		ret->tool = "sendmail";
		return asked_sendmail(check, client, key, ret);
	case MTA_POSTFIX:
		ret->tool = "postmap";
		return asked_postfix(check, key, ret);
	default:
		ret->tool = "exim";
		return asked_exim(check, client, ret);
	}
}
