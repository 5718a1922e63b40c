/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_sap.conf and the module's arguments. First byte: a text of the file, or arguments,
 * one behind each NUL. Whatever they say: all values are within their bounds, a mistake
 * changes nothing and is told in one printable line.
 */
#include "fuzz.h"

#include "base/why.h"
#include "core/settings.h"
#include "map/map_backend.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MINUTE 60000L
#define DAY (24L * 60 * MINUTE)

static bool is_path(const char *text)
{
	return text[0] == '/' && strlen(text) < SETTINGS_PATH && fuzz_is_plain(text);
}

static bool within(long value, long least, long most)
{
	return value >= least && value <= most;
}

static void check_times(const struct settings *settings)
{
	must(within(settings->lifetime_ms, MINUTE, DAY));
	must(within(settings->max_lifetime_ms, MINUTE, 7 * DAY));
	must(within(settings->expiry_watch_ms, 2 * MINUTE, DAY) ||
	     settings->expiry_watch_ms == 0);
	must(within(settings->wait_ms, 0, 10000));
	must(within(settings->max_leases, 1, 10000000));
	must(settings->ipv6_prefix == 64 || settings->ipv6_prefix == 128);
}

static void check_lists(const struct settings *settings)
{
	must(settings->ports[0] != 0 && settings->ports[SETTINGS_PORTS - 1] == 0);
	must(within((long)settings->peer_count, 1, SETTINGS_PEERS));
	for (size_t i = 0; i < settings->peer_count; i++)
		must(settings_peer_name(settings->peers[i]) != NULL);
	for (size_t i = 0; i < settings->peer_count; i++)
		for (size_t j = 0; j < i; j++)
			must(settings->peers[i] != settings->peers[j]);
	must(settings->never.count <= NETWORKS_MAX);
	must(settings->only.count <= NETWORKS_MAX);
}

static void check_texts(const struct settings *settings)
{
	must(is_path(settings->state_dir) && is_path(settings->run_dir));
	must(is_path(settings->backend_dir));
	must(settings->metrics_file[0] == '\0' || is_path(settings->metrics_file));
	must(settings->map_path[0] == '\0' || is_path(settings->map_path));
	must(settings->map_path[0] == '\0' || map_type_known(settings->map_type));
	must(fuzz_is_plain(settings->value) && fuzz_is_plain(settings->key_tag));
	must(fuzz_is_plain(settings->services) && fuzz_is_plain(settings->queue_group));
	must(settings->mta <= MTA_EXIM);
}

static void check_all(const struct settings *settings)
{
	check_times(settings);
	check_lists(settings);
	check_texts(settings);
}

static void check_mistake(const struct why *why)
{
	must(why->error < 0 && why->text[0] != '\0');
	must(strlen(why->text) < WHY_MAX - 1);
	must(fuzz_is_plain(why->text));
}

/* The login and the timer must not see different tables. */
static void check_complete(struct settings *settings)
{
	struct why why = { 0 };
	char key[RECORD_KEY];
	struct client_address client;

	if (settings_complete(settings, &why) < 0) {
		check_mistake(&why);
		return;
	}
	check_all(settings);
	must(settings->map_path[0] == '/' && settings->value[0] != '\0');
	must(!settings->hold_open || settings->max_lifetime_ms >= settings->lifetime_ms);
	const struct record_form form = settings_record_form(settings);
	must(client_address_parse("2001:db8::ffff:ffff:ffff:ffff", &client) == 0);
	record_key(&form, &client, key);
	must(strncmp(key, settings->key_tag, strlen(settings->key_tag)) == 0);
	must(key[strlen(settings->key_tag)] != '\0');
}

static void take_file(struct fuzz_input *input, struct settings *settings)
{
	struct why why = { 0 };
	char path[FUZZ_PATH];
	const int fd = fuzz_file(input->at, input->left);

	if (settings_read_file(settings, fuzz_path(fd, path), &why) < 0)
		check_mistake(&why);
	(void)close(fd);
}

static void take_arguments(struct fuzz_input *input, struct settings *settings)
{
	while (input->left > 0) {
		char argument[FUZZ_TEXT];
		const struct settings before = *settings;
		struct why why = { 0 };

		if (settings_argument(settings, fuzz_text(input, argument), &why) == 0)
			continue;
		check_mistake(&why);
		must(memcmp(&before, settings, sizeof(before)) == 0);
	}
	/* Expiry must see the rest: that no argument may change. */
	struct settings built_in;
	settings_default(&built_in);
	must(settings->lifetime_ms == built_in.lifetime_ms);
	must(settings->mta == built_in.mta && settings->map_path[0] == '\0');
	must(strcmp(settings->state_dir, built_in.state_dir) == 0);
	must(settings->max_leases == built_in.max_leases);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct settings settings;

	settings_default(&settings);
	if (fuzz_byte(&input) % 2 == 0)
		take_file(&input, &settings);
	else
		take_arguments(&input, &settings);
	check_all(&settings);
	check_complete(&settings);
	return 0;
}
