/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/dovecot_conf.h"

#include "base/ascii.h"
#include "db-tool/check/text_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR 3600L
#define DEPTH_MOST 16

/* Where in the braces a line stands. */
struct place {
	unsigned depth;
	char block[DEPTH_MOST][DOVECOT_WORD];
	struct dovecot_passdb *passdb; /* whose block it is */
};

static void keep(char into[static DOVECOT_WORD], const char *text)
{
	(void)snprintf(into, DOVECOT_WORD, "%s", text);
}

static bool is_yes(const char *value)
{
	return ascii_equal(value, "yes") || ascii_equal(value, "true");
}

/* "10 M", "0": whether it is more than nothing. */
static bool is_some(const char *value)
{
	return strtol(value, NULL, 10) > 0;
}

static long seconds_of(const char *value)
{
	static const struct {
		const char *unit;
		long seconds;
	} units[] = { { "sec", 1 },
		      { "min", 60 },
		      { "hour", HOUR },
		      { "day", 24 * HOUR },
		      { "week", 7 * 24 * HOUR } };
	char *unit = NULL;
	const long number = strtol(value, &unit, 10);

	unit += strspn(unit, TEXT_BLANKS);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && *unit != '\0'; i++)
		if (ascii_lower(*unit) == units[i].unit[0] &&
		    !(units[i].unit[0] == 'm' && unit[1] == 's'))
			return number * units[i].seconds;
	return number;
}

/* 2.3: "session=yes cache_key=%u%r %s"; the service is the last word. */
static void take_args(struct dovecot_passdb *passdb, char *args)
{
	char *word;

	while ((word = text_next_word(&args, NULL))) {
		if (strncmp(word, "session=", 8) == 0)
			passdb->session = is_yes(word + 8);
		else if (strncmp(word, "setcred=", 8) == 0)
			passdb->setcred = is_yes(word + 8);
		else if (strncmp(word, "cache_key=", 10) == 0)
			keep(passdb->cache_key, word + 10);
		else if (!strchr(word, '=') && word[0] != '*')
			keep(passdb->service, word);
	}
	passdb->cached = passdb->cache_key[0] != '\0';
}

static void take_of_passdb(struct dovecot_passdb *passdb, const char *name, char *value)
{
	if (strcmp(name, "driver") == 0)
		passdb->pam = strcmp(value, "pam") == 0;
	else if (strcmp(name, "args") == 0)
		take_args(passdb, value);
	else if (strcmp(name, "session") == 0 || strcmp(name, "pam_session") == 0)
		passdb->session = is_yes(value);
	else if (strcmp(name, "setcred") == 0 || strcmp(name, "pam_setcred") == 0)
		passdb->setcred = is_yes(value);
	else if (strcmp(name, "service_name") == 0)
		keep(passdb->service, value);
	else if (strcmp(name, "use_cache") == 0)
		passdb->cached = is_yes(value);
}

static void take_setting(struct dovecot_conf *conf, const struct place *place,
			 const char *name, char *value)
{
	if (place->passdb)
		take_of_passdb(place->passdb, name, value);
	else if (place->depth == 1 &&
		 strcmp(place->block[0], "service auth-worker") == 0 &&
		 strcmp(name, "user") == 0)
		keep(conf->worker_user, value);
	else if (place->depth > 0)
		return;
	else if (strcmp(name, "auth_cache_size") == 0)
		conf->cache = is_some(value);
	else if (strcmp(name, "auth_cache_ttl") == 0)
		conf->cache_ttl_s = seconds_of(value);
	else if (strcmp(name, "protocols") == 0)
		keep(conf->protocols, value);
}

static void enter(struct dovecot_conf *conf, struct place *place, char *head)
{
	const bool passdb =
		strcmp(head, "passdb") == 0 || strncmp(head, "passdb ", 7) == 0;

	if (place->depth < DEPTH_MOST)
		keep(place->block[place->depth], head);
	place->depth++;
	if (place->depth > 1 || !passdb || conf->passdbs == DOVECOT_PASSDBS)
		return;
	place->passdb = &conf->passdb[conf->passdbs++];
	*place->passdb = (struct dovecot_passdb){
		.pam = strcmp(head, "passdb pam") == 0,
		.cached = conf->is_24,
		.service = "dovecot",
	};
}

static void leave(struct place *place)
{
	if (place->depth > 0 && --place->depth == 0)
		place->passdb = NULL;
}

static void take_line(struct dovecot_conf *conf, struct place *place, char *line)
{
	line = text_trim(line);
	const size_t length = strlen(line);
	if (strncmp(line, "# 2.4", 5) == 0 ||
	    strncmp(line, "dovecot_config_version", 22) == 0)
		conf->is_24 = true;
	if (length == 0 || *line == '#')
		return;
	if (strcmp(line, "}") == 0) {
		leave(place);
		return;
	}
	if (line[length - 1] == '{') {
		line[length - 1] = '\0';
		enter(conf, place, text_trim(line));
		return;
	}
	char *equals = strchr(line, '=');
	if (!equals)
		return;
	*equals = '\0';
	char *value = text_trim(equals + 1);
	const size_t size = strlen(value);
	if (size > 1 && value[0] == '"' && value[size - 1] == '"') {
		value[size - 1] = '\0';
		value++;
	}
	take_setting(conf, place, text_trim(line), value);
}

void dovecot_conf_parse(char *text, struct dovecot_conf *ret)
{
	struct place place = { 0 };
	char *line;

	*ret = (struct dovecot_conf){ .there = true, .known = true, .cache_ttl_s = HOUR };
	while ((line = text_next_line(&text)))
		take_line(ret, &place, line);
}

static bool is_by_protocol(const char *service)
{
	return strstr(service, "%s") || strstr(service, "%{");
}

static bool speaks(const struct dovecot_conf *conf, const char *protocol)
{
	return conf->protocols[0] == '\0' || strstr(conf->protocols, protocol);
}

bool dovecot_conf_service(const struct dovecot_conf *conf, size_t index,
			  char service[static DOVECOT_WORD])
{
	static const char *const protocols[] = { "pop3", "imap" };
	size_t at = 0;

	for (size_t i = 0; i < conf->passdbs; i++) {
		const struct dovecot_passdb *passdb = &conf->passdb[i];
		const bool many = passdb->pam && is_by_protocol(passdb->service);

		if (passdb->pam && !many && at++ == index) {
			keep(service, passdb->service);
			return true;
		}
		for (size_t j = 0; j < 2 && many; j++)
			if (speaks(conf, protocols[j]) && at++ == index) {
				keep(service, protocols[j]);
				return true;
			}
	}
	return false;
}

bool dovecot_conf_opens_session(const struct dovecot_conf *conf)
{
	for (size_t i = 0; i < conf->passdbs; i++)
		if (conf->passdb[i].pam && conf->passdb[i].session)
			return true;
	return false;
}

bool dovecot_conf_calls_setcred(const struct dovecot_conf *conf)
{
	for (size_t i = 0; i < conf->passdbs; i++)
		if (conf->passdb[i].pam && conf->passdb[i].setcred)
			return true;
	return false;
}
