/* SPDX-License-Identifier: BSD-2-Clause */
/* Is the mail server of the setting mta the one of this host? */
#include "db-tool/check/probe.h"

#include "core/access_record.h"
#include "db-tool/check/exim_program.h"
#include "db-tool/check/sendmail_cf.h"
#include "db-tool/program.h"

static const struct fault other = {
	"mta-other", SEVERITY_ERROR,
	"The records are written for a mail server that is not here: nobody is let relay."
};

static bool is_here(enum mta mta)
{
	switch (mta) {
	case MTA_SENDMAIL:
		return sendmail_cf_path() != NULL;
	case MTA_POSTFIX:
		return program_is_there("postconf");
	default:
		return exim_program() != NULL;
	}
}

static void say(struct check *check, enum mta instead)
{
	struct finding *found = finding_add(&check->findings, &other, check->conf);

	check->server_is_bad = true;
	finding_what(found, "mta is %s, and the mail server of this host is %s.",
		     mta_preset_of(check->settings->mta)->name,
		     mta_preset_of(instead)->name);
	finding_mend(found, "echo 'mta = %s' >>%s", mta_preset_of(instead)->name,
		     check->conf);
}

bool probe_mta(struct check *check)
{
	static const enum mta all[] = { MTA_SENDMAIL, MTA_POSTFIX, MTA_EXIM };
	const enum mta wanted = check->settings->mta;

	if (is_here(wanted))
		return looked_at(check, "%s", mta_preset_of(wanted)->name);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!is_here(all[i]))
			continue;
		/* With a conf that does not load this is a default. */
		if (!check->conf_is_bad)
			say(check, all[i]);
		return looked_at(check, "%s", mta_preset_of(all[i])->name);
	}
	return not_here(check, "no mail server that is known here");
}
