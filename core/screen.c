/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/screen.h"

#include "core/client_address.h"
#include "core/embedded_ipv4.h"
#include "core/settings.h"

#include <errno.h>
#include <ifaddrs.h>
#include <stddef.h>

int screen_is_own(const struct client_address *client)
{
	struct ifaddrs *all = NULL;
	struct client_address ipv4 = *client;
	bool found = false;

	(void)embedded_ipv4(client, &ipv4);
	if (getifaddrs(&all) < 0)
		return -errno;
	for (const struct ifaddrs *at = all; at && !found; at = at->ifa_next) {
		struct client_address own;

		if (at->ifa_addr && client_address_of_socket(at->ifa_addr, &own) == 0)
			found = client_address_equal(&own, client) ||
				client_address_equal(&own, &ipv4);
	}
	freeifaddrs(all);
	return found;
}

const char *screen_client(const struct settings *settings,
			  const struct client_address *client)
{
	const char *never = client_address_never(client);

	if (never)
		return never;
	if (settings->ipv6_prefix <= 64 && embedded_ipv4_shares_network(client))
		return "its network is everybody's, and ipv6_prefix is 64";
	if (networks_contain(&settings->never, client))
		return "the setting never";
	if (settings->only.count > 0 && !networks_contain(&settings->only, client))
		return "the setting only";
	return NULL;
}
