/* SPDX-License-Identifier: BSD-2-Clause */
/* How each kind of value in settings_table.c is read. */
#include "base/ascii.h"
#include "core/duration.h"
#include "core/settings.h"
#include "core/settings_table.h"
#include "map/map_backend.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATORS " \t,"
#define PEERS (sizeof(peer_names) / sizeof(peer_names[0]))

int set_time(const struct setting *setting, void *member, const char *value)
{
	long ms;

	if (duration_parse(value, &ms) < 0 || ms < setting->least || ms > setting->most)
		return -EINVAL;
	*(long *)member = ms;
	return 0;
}

int set_time_or_zero(const struct setting *setting, void *member, const char *value)
{
	if (strcmp(value, "0") != 0)
		return set_time(setting, member, value);
	*(long *)member = 0;
	return 0;
}

static int parse_number(const char *digits, long least, long most, long *ret)
{
	char *end;

	if (!ascii_is_digit(digits[0]))
		return -EINVAL;
	errno = 0;
	const long number = strtol(digits, &end, 10);
	if (errno != 0 || *end != '\0' || number < least || number > most)
		return -EINVAL;
	*ret = number;
	return 0;
}

int set_number(const struct setting *setting, void *member, const char *value)
{
	return parse_number(value, setting->least, setting->most, member);
}

int set_switch(const struct setting *setting, void *member, const char *value)
{
	(void)setting;
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return -EINVAL;
	*(bool *)member = value[0] == 'y';
	return 0;
}

int set_on_error(const struct setting *setting, void *member, const char *value)
{
	(void)setting;
	if (strcmp(value, "ignore") != 0 && strcmp(value, "fail") != 0)
		return -EINVAL;
	*(bool *)member = value[0] == 'f';
	return 0;
}

/* It will stand in lines of a log. */
static bool is_printable(const char *value)
{
	while (*value && ascii_is_print(*value))
		value++;
	return *value == '\0';
}

int set_text(const struct setting *setting, void *member, const char *value)
{
	const size_t length = strlen(value);

	if (length < (size_t)setting->least || length >= (size_t)setting->most ||
	    !is_printable(value))
		return -EINVAL;
	memcpy(member, value, length + 1);
	return 0;
}

int set_path(const struct setting *setting, void *member, const char *value)
{
	return value[0] == '/' ? set_text(setting, member, value) : -EINVAL;
}

int set_path_or_none(const struct setting *setting, void *member, const char *value)
{
	return value[0] ? set_path(setting, member, value)
			: set_text(setting, member, value);
}

/* sendmail looks up lower-case keys only. */
int set_key_tag(const struct setting *setting, void *member, const char *value)
{
	const size_t length = strlen(value);

	if (length > 0 && value[length - 1] != ':')
		return -EINVAL;
	for (size_t i = 0; i + 1 < length; i++)
		if (!ascii_is_lower(value[i]) && value[i] != '_')
			return -EINVAL;
	return set_text(setting, member, value);
}

int set_networks(const struct setting *setting, void *member, const char *value)
{
	(void)setting;
	return networks_parse(value, member, NULL) < 0 ? -EINVAL : 0;
}

int set_prefix(const struct setting *setting, void *member, const char *value)
{
	(void)setting;
	if (strcmp(value, "64") != 0 && strcmp(value, "128") != 0)
		return -EINVAL;
	*(long *)member = value[0] == '6' ? 64 : 128;
	return 0;
}

int set_ipv6_form(const struct setting *setting, void *member, const char *value)
{
	const bool compressed = strcmp(value, "compressed") == 0;

	(void)setting;
	if (!compressed && strcmp(value, "full") != 0)
		return -EINVAL;
	*(bool *)member = compressed;
	return 0;
}

int set_mta(const struct setting *setting, void *member, const char *value)
{
	(void)setting;
	const int mta = mta_by_name(value);
	if (mta < 0)
		return -EINVAL;
	*(enum mta *)member = (enum mta)mta;
	return 0;
}

int set_map(const struct setting *setting, void *settings, const char *value)
{
	struct settings *all = settings;
	char type[sizeof(all->map_type)] = "hash";
	const char *path = value;

	(void)setting;
	if (value[0] != '/') {
		const char *colon = strchr(value, ':');
		if (!colon || (size_t)(colon - value) >= sizeof(type))
			return -EINVAL;
		memcpy(type, value, (size_t)(colon - value));
		type[colon - value] = '\0';
		path = colon + 1;
	}
	if (!map_type_known(type) || path[0] != '/' || !is_printable(path) ||
	    strlen(path) >= sizeof(all->map_path))
		return -EINVAL;
	memcpy(all->map_type, type, sizeof(type));
	memcpy(all->map_path, path, strlen(path) + 1);
	return 0;
}

/* The next word of a list, cut to what fits; moves `*at` behind it. */
static bool next_word(const char **at, char word[static SETTINGS_WORD])
{
	*at += strspn(*at, SEPARATORS);
	const size_t length = strcspn(*at, SEPARATORS);
	const size_t kept = length < SETTINGS_WORD ? length : SETTINGS_WORD - 1;

	memcpy(word, *at, kept);
	word[kept] = '\0';
	*at += length;
	return length > 0;
}

int set_ports(const struct setting *setting, void *member, const char *value)
{
	unsigned short ports[SETTINGS_PORTS] = { 0 };
	char word[SETTINGS_WORD];
	size_t count = 0;
	long port;

	(void)setting;
	while (next_word(&value, word)) {
		if (count == SETTINGS_PORTS - 1 ||
		    parse_number(word, 1, 65535, &port) < 0)
			return -EINVAL;
		ports[count++] = (unsigned short)port;
	}
	if (count == 0)
		return -EINVAL;
	memcpy(member, ports, sizeof(ports));
	return 0;
}

static const char *const peer_names[] = { [PEER_RHOST] = "rhost",
					  [PEER_STDIN] = "stdin",
					  [PEER_FDS] = "fds",
					  [PEER_UNIX] = "unix" };

const char *settings_peer_name(enum peer peer)
{
	return peer_names[peer];
}

static bool has_peer(const enum peer *peers, size_t count, enum peer wanted)
{
	for (size_t i = 0; i < count; i++)
		if (peers[i] == wanted)
			return true;
	return false;
}

int set_peers(const struct setting *setting, void *settings, const char *value)
{
	struct settings *all = settings;
	enum peer peers[SETTINGS_PEERS] = { 0 };
	char word[SETTINGS_WORD];
	size_t count = 0;

	(void)setting;
	while (next_word(&value, word)) {
		size_t peer = 0;
		while (peer < PEERS && strcmp(peer_names[peer], word) != 0)
			peer++;
		if (peer == PEERS || has_peer(peers, count, (enum peer)peer))
			return -EINVAL;
		peers[count++] = (enum peer)peer;
	}
	if (count == 0)
		return -EINVAL;
	memcpy(all->peers, peers, sizeof(peers));
	all->peer_count = count;
	return 0;
}
