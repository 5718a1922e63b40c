/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/settings_table.h"

#include "core/settings.h"

#include <string.h>

#define MEMBER(name) .offset = offsetof(struct settings, name)
#define WHOLE .offset = 0
#define ALSO_ARGUMENT .argument = true

#define SECOND 1000L
#define MINUTE (60L * SECOND)
#define DAY (24L * 60 * MINUTE)

const struct setting settings_table[] = {
	{ "mta", set_mta, MEMBER(mta), .range = "sendmail, postfix or exim" },
	{ "map", set_map, WHOLE,
	  .range = "hash:, btree: or lmdb: and the absolute path of the table, at most "
		   "255 printable characters" },
	{ "value", set_text, MEMBER(value), .least = 1, .most = SETTINGS_WORD,
	  .range = "1 to 63 printable characters" },
	{ "key_tag", set_key_tag, MEMBER(key_tag), .most = 32,
	  .range = "empty or a lower-case tag with its colon, such as connect:" },
	{ "state_dir", set_path, MEMBER(state_dir), .most = SETTINGS_PATH,
	  .range = "an absolute path of at most 255 bytes" },
	{ "run_dir", set_path, MEMBER(run_dir), .most = SETTINGS_PATH,
	  .range = "an absolute path of at most 255 bytes" },
	{ "backend_dir", set_path, MEMBER(backend_dir), .most = SETTINGS_PATH,
	  .range = "an absolute path of at most 255 bytes" },
	{ "lifetime", set_time, MEMBER(lifetime_ms), .least = MINUTE, .most = DAY,
	  .range = "a time from 1min to 24h, such as 15min" },
	{ "hold_open", set_switch, MEMBER(hold_open), .range = "yes or no" },
	{ "max_lifetime", set_time, MEMBER(max_lifetime_ms), .least = MINUTE,
	  .most = 7 * DAY, .range = "a time from 1min to 7d, such as 12h" },
	{ "expiry_watch", set_time_or_zero, MEMBER(expiry_watch_ms), .least = 2 * MINUTE,
	  .most = DAY, .range = "0 (do not look) or a time from 2min to 24h" },
	{ "ports", set_ports, MEMBER(ports), ALSO_ARGUMENT,
	  .range = "1 to 15 port numbers from 1 to 65535" },
	{ "never", set_networks, MEMBER(never), ALSO_ARGUMENT,
	  .range = "networks such as 192.0.2.0/24 2001:db8::/32, at most 64" },
	{ "only", set_networks, MEMBER(only), ALSO_ARGUMENT,
	  .range = "networks such as 192.0.2.0/24 2001:db8::/32, at most 64" },
	{ "refuse_own", set_switch, MEMBER(refuse_own), .range = "yes or no" },
	{ "services", set_text, MEMBER(services), ALSO_ARGUMENT, .most = SETTINGS_LIST,
	  .range = "names of PAM services, at most 511 characters" },
	{ "peer", set_peers, WHOLE, ALSO_ARGUMENT,
	  .range = "one or more of rhost, stdin, fds and unix, each once, in the order "
		   "of trial" },
	{ "ipv6_prefix", set_prefix, MEMBER(ipv6_prefix), .range = "128 or 64" },
	{ "ipv6_form", set_ipv6_form, MEMBER(ipv6_compressed),
	  .range = "full or compressed" },
	{ "wait", set_time_or_zero, MEMBER(wait_ms), ALSO_ARGUMENT, .least = 1,
	  .most = 10 * SECOND, .range = "a time from 0 to 10s, such as 2s" },
	{ "max_leases", set_number, MEMBER(max_leases), .least = 1, .most = 10000000,
	  .range = "a number from 1 to 10000000" },
	{ "queue_group", set_text, MEMBER(queue_group), .most = SETTINGS_WORD,
	  .range = "empty or the name of a group" },
	{ "metrics_file", set_path_or_none, MEMBER(metrics_file), .most = SETTINGS_PATH,
	  .range = "empty or an absolute path of at most 255 bytes" },
	{ "on_error", set_on_error, MEMBER(fail_on_error), ALSO_ARGUMENT,
	  .range = "ignore or fail" },
	{ "debug", set_switch, MEMBER(debug), ALSO_ARGUMENT, .range = "yes or no" },
};

const size_t settings_table_size = sizeof(settings_table) / sizeof(settings_table[0]);

const struct setting *setting_by_name(const char *name)
{
	for (size_t i = 0; i < settings_table_size; i++)
		if (strcmp(settings_table[i].name, name) == 0)
			return &settings_table[i];
	return NULL;
}
