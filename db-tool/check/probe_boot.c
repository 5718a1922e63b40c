/* SPDX-License-Identifier: BSD-2-Clause */
/* The order at the last boot, and at the next one: our run, then the mail server. */
#include "db-tool/check/probe.h"

#include "db-tool/boot_run.h"
#include "db-tool/check/unit_ask.h"
#include "db-tool/check/unit_state.h"
#include "db-tool/program.h"

#include <string.h>

#define BOOT_RUN "pam_sap-expire.service"

static const struct fault late = { "boot-run-late", SEVERITY_WARNING,
				   "In between it relayed for leases that had ended "
				   "while the host was down, and a table "
				   "of our own may have been missing." };
static const struct fault unordered = { "boot-order", SEVERITY_WARNING,
					"At the next boot it may relay for leases that "
					"have ended while the host was down, and "
					"a table of our own may be missing." };

static void look_at(struct check *check, const char *states, const char *server)
{
	const long long run = boot_run_time(check->settings->run_dir);
	const long long start =
		unit_time(states, server, "InactiveExitTimestampMonotonic");
	char after[8192];
	struct finding *found;

	if (!strstr(unit_property(states, server, "After", after, sizeof(after)),
		    BOOT_RUN)) {
		found = finding_add(&check->findings, &unordered, server);
		finding_what(found, "%s does not wait for " BOOT_RUN ".", server);
		finding_mend(found,
			     "mkdir -p /etc/systemd/system/" BOOT_RUN ".d && printf "
			     "'[Unit]\\nBefore=%s\\n' >/etc/systemd/system/" BOOT_RUN
			     ".d/order.conf && systemctl daemon-reload",
			     server);
	} else if (run > 0 && start > 0 && start < run) {
		found = finding_add(&check->findings, &late, server);
		finding_what(found,
			     "%s was started %lld s before the first run of sapdb expire "
			     "since the boot was over.",
			     server, (run - start) / 1000000 + 1);
		finding_mend(found, "systemctl restart %s", server);
	}
}

bool probe_boot(struct check *check)
{
	static const char *const servers[][3] = {
		[MTA_SENDMAIL] = { "sendmail.service" },
		[MTA_POSTFIX] = { "postfix@-.service", "postfix.service" },
		[MTA_EXIM] = { "exim4.service", "exim.service" },
	};
	const char *const *server = servers[check->settings->mta];
	cleanup_program_output struct program_output states = { 0 };

	if (!systemd_is_here() || !unit_states_ask(check, &states))
		return not_here(check, "no systemd");
	if (!unit_is(states.out, BOOT_RUN, "LoadState", "loaded"))
		return not_here(check, "no " BOOT_RUN);
	for (; *server; server++)
		if (unit_is(states.out, *server, "ActiveState", "active")) {
			look_at(check, states.out, *server);
			return looked_at(check, "the order of the boot");
		}
	return not_here(check, "no mail server that systemd has started");
}
