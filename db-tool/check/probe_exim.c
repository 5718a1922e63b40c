/* SPDX-License-Identifier: BSD-2-Clause */
/* Exim's host list: does it ask our table, and may it read it? */
#include "db-tool/check/probe.h"

#include "db-tool/check/exim_program.h"
#include "db-tool/check/table_readers.h"
#include "db-tool/program.h"

#include <stdio.h>
#include <string.h>

#define LIST "+relay_from_hosts"
#define MEND                                                                             \
	"${EDITOR:-vi} /etc/exim4/exim4.conf.localmacros && update-exim4.conf && "       \
	"systemctl "                                                                     \
	"restart exim4"

static const struct fault not_asked = {
	"exim-not-asked", SEVERITY_ERROR,
	"Exim does not look into the table: nobody is let relay by it."
};
static const struct fault wrong_lookup = { "exim-wrong-lookup", SEVERITY_ERROR,
					   "Our records have no zero byte at their end, "
					   "and are found by addresses: any other "
					   "look-up finds none of them." };
static const struct fault unreadable = { "exim-table-mode", SEVERITY_ERROR,
					 "Exim cannot open it, and then takes no mail "
					 "from strangers, not for your own users "
					 "either." };

const char *exim_program(void)
{
	return program_is_there("exim4")  ? "exim4"
	       : program_is_there("exim") ? "exim"
					  : NULL;
}

static void look_at_list(struct check *check, const char *list)
{
	const char *path = check->settings->map_path;
	char item[SETTINGS_PATH + 16];
	struct finding *found;

	(void)snprintf(item, sizeof(item), "net-dbmnz;%s", path);
	if (strstr(list, item))
		return;
	check->server_is_bad = true;
	if (strstr(list, path)) {
		found = finding_add(&check->findings, &wrong_lookup, "relay_from_hosts");
		finding_what(found,
			     "The host list relay_from_hosts does not ask for %s by "
			     "net-dbmnz.",
			     path);
	} else {
		found = finding_add(&check->findings, &not_asked, "relay_from_hosts");
		finding_what(found, "The host list relay_from_hosts has no %s.", item);
	}
	finding_mend(found, MEND);
}

bool probe_exim(struct check *check)
{
	const char *argv[] = { exim_program(), "-bP", LIST, NULL };
	cleanup_program_output struct program_output output = { 0 };
	const char *path = check->settings->map_path;

	if (check->settings->mta != MTA_EXIM)
		return not_here(check, "mta is not exim");
	if (!argv[0] || !ask(check, argv, -1, &output))
		return not_here(check, "no Exim with a host list relay_from_hosts");
	look_at_list(check, output.out);
	if (!check->table_is_bad && !check->server_is_bad &&
	    !table_is_read_as(path, "Debian-exim")) {
		struct finding *found = finding_add(&check->findings, &unreadable, path);

		finding_what(found, "The user Debian-exim may not read %s.", path);
		finding_mend(found, "chmod 644 %s", path);
	}
	return looked_at(check, "%s -bP " LIST, argv[0]);
}
