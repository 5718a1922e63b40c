/* SPDX-License-Identifier: BSD-2-Clause */
/* never, only: do they leave anybody who may be opened? */
#include "db-tool/check/probe.h"

#include "db-tool/check/network_cover.h"

#include <sys/socket.h>

static const struct fault never_all = { "never-covers-all", SEVERITY_ERROR,
					"No client of that family is ever opened." };
static const struct fault only_none = {
	"only-covers-none", SEVERITY_ERROR,
	"What only lets through is in never as well: nobody is ever opened."
};

static void say_never(struct check *check, const char *family)
{
	struct finding *found = finding_add(&check->findings, &never_all, check->conf);

	finding_what(found, "The networks of the setting never cover every %s address.",
		     family);
	finding_mend(found, "sed -i 's/^never *=/#&/' %s", check->conf);
}

static bool only_is_void(const struct settings *settings)
{
	for (size_t i = 0; i < settings->only.count; i++)
		if (!networks_cover(&settings->never, &settings->only.list[i]))
			return false;
	return settings->only.count > 0;
}

bool probe_scope(struct check *check)
{
	const struct settings *settings = check->settings;
	const bool ipv4 = networks_cover_family(&settings->never, AF_INET);
	const bool ipv6 = networks_cover_family(&settings->never, AF_INET6);

	if (ipv4 || ipv6)
		say_never(check, ipv4 && ipv6 ? "IPv4 and IPv6" : ipv4 ? "IPv4" : "IPv6");
	else if (only_is_void(settings)) {
		struct finding *found =
			finding_add(&check->findings, &only_none, check->conf);

		finding_what(found, "Each network of the setting only is in never.");
		finding_mend(found, "sed -i 's/^never *=/#&/' %s", check->conf);
	}
	return looked_at(check, "never and only");
}
