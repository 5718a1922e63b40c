/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/unit_ask.h"

#include "db-tool/check/probe.h"
#include "db-tool/program.h"

bool systemd_is_here(void)
{
	return is_there("/run/systemd/system");
}

bool unit_states_ask(struct check *check, struct program_output *ret)
{
	static const char properties[] =
		"--property=Id,LoadState,ActiveState,UnitFileState,Paths,ReadWritePaths,"
		"ProtectSystem,ProtectHome,StateDirectory,RuntimeDirectory,"
		"InactiveExitTimestampMonotonic,After";
	const char *const argv[] = { "systemctl",
				     "show",
				     "--no-pager",
				     properties,
				     "pam_sap-expire.timer",
				     "pam_sap-expire.service",
				     "pam_sap-commit.path",
				     "pam_sap-commit.service",
				     "sendmail.service",
				     "postfix@-.service",
				     "postfix.service",
				     "exim4.service",
				     "exim.service",
				     NULL };

	return ask(check, argv, -1, ret);
}
