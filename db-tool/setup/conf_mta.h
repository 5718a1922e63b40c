/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_mta - the setting `mta` in pam_sap.conf
 */
#pragma once

struct part;
struct plan;
struct why;

/* The settings are for this mail server, or will be. Another one that somebody wrote
 * there is his, and so is a table of another: -EINVAL. */
int conf_mta_set(struct plan *plan, const struct part *part, struct why *why);

/* If the settings are for this mail server: the leases end, the units are off, and then
 * the line goes, with that of a table of ours. Later than what the server reads of it. */
int conf_mta_unset(struct plan *plan, const struct part *part, struct why *why);

/* The table, as `type:path`, that these settings name for this mail server. */
struct conf_table {
	char type[16], path[512];
};
void conf_table_of(const struct plan *plan, const struct part *part,
		   struct conf_table *ret);
