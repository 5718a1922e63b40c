/* SPDX-License-Identifier: BSD-2-Clause */
/* sendmail.cf: does sendmail ask our table, and in our form? */
#include "db-tool/check/probe.h"

#include "base/cleanup.h"
#include "db-tool/check/sendmail_cf.h"
#include "db-tool/check/table_readers.h"
#include "db-tool/check/text_file.h"

#include <string.h>

#define MAKE "make -C /etc/mail && systemctl restart sendmail"

static const struct fault no_access_db = {
	"sendmail-no-access-db", SEVERITY_ERROR,
	"Without FEATURE(access_db) sendmail asks no table: nobody is let relay."
};
static const struct fault other_table = {
	"sendmail-other-table", SEVERITY_ERROR,
	"sendmail reads another table than the one that is changed: nobody is let relay."
};
static const struct fault optional = { "sendmail-table-optional", SEVERITY_WARNING,
				       "With -o a table that cannot be opened counts as "
				       "empty: everybody is refused, and "
				       "nobody says why." };
static const struct fault drac = { "sendmail-drac-tempfail", SEVERITY_ERROR,
				   "Any answer of this table lets relay, -T's too: for "
				   "everybody, while the table cannot "
				   "be opened." };
static const struct fault ipv6 = { "sendmail-ipv6-form", SEVERITY_ERROR,
				   "sendmail looks up IPv6 addresses in another form "
				   "than our records have: such clients "
				   "are refused." };
static const struct fault unreadable = {
	"table-mode", SEVERITY_ERROR,
	"The mail server cannot open it, and puts everybody off."
};

static struct finding *say(struct check *check, const struct fault *fault, const char *cf)
{
	return finding_add(&check->findings, fault, cf);
}

static void look_at_other(struct check *check, const struct sendmail_cf *conf,
			  const char *cf)
{
	struct finding *found;

	check->server_is_bad = true;
	if (!conf->access.there) {
		found = say(check, &no_access_db, cf);
		finding_what(found, "sendmail.cf has no line Kaccess.");
		finding_mend(found,
			     "sed -i '/^MAILER_DEFINITIONS/i FEATURE(`access_db'\\'', , "
			     "`skip'\\'')dnl' /etc/mail/sendmail.mc && " MAKE);
		return;
	}
	found = say(check, &other_table, cf);
	finding_what(found,
		     "sendmail's table access is %s:%s, the setting map names %s:%s.",
		     conf->access.type, conf->access.path, check->settings->map_type,
		     check->settings->map_path);
	finding_mend(found, "${EDITOR:-vi} %s # map = %s:%s%s", check->conf,
		     conf->access.type, conf->access.path,
		     strstr(conf->access.path, ".db") ? "" : ".db");
}

static void look_at_ours(struct check *check, const struct sendmail_cf *conf,
			 const char *cf)
{
	const struct cf_map *map = &conf->ours;
	struct finding *found;

	if (strcmp(map->type, check->settings->map_type) != 0)
		look_at_other(check, conf, cf);
	else if (strcmp(map->name, "access") != 0 && map->temp_fail) {
		found = say(check, &drac, cf);
		finding_what(found, "The line K%s has -T.", map->name);
		finding_mend(found, "${EDITOR:-vi} /etc/mail/sendmail.mc && " MAKE);
	} else if (strcmp(map->name, "access") == 0 && map->optional) {
		found = say(check, &optional, cf);
		finding_what(found, "The line Kaccess has -o.");
		finding_mend(found,
			     "${EDITOR:-vi} +/access_db /etc/mail/sendmail.mc && " MAKE);
	}
}

static void look_at_form(struct check *check, const struct sendmail_cf *conf,
			 const char *cf)
{
	if (conf->ipv6_compressed == check->settings->ipv6_compressed)
		return;
	struct finding *found = say(check, &ipv6, cf);
	finding_what(found, "UseCompressedIPv6Addresses is %s, and ipv6_form is %s.",
		     conf->ipv6_compressed ? "true" : "false",
		     check->settings->ipv6_compressed ? "compressed" : "full");
	finding_mend(found, "echo 'ipv6_form = %s' >>%s",
		     conf->ipv6_compressed ? "compressed" : "full", check->conf);
}

/* safefile() lets root read what root or the TrustedUser owns. */
static void look_at_reader(struct check *check, const struct sendmail_cf *conf)
{
	const char *path = check->settings->map_path;

	if (check->table_is_bad || check->server_is_bad ||
	    table_is_read_by(path, conf->trusted_user))
		return;
	check->server_is_bad = true;
	struct finding *found = say(check, &unreadable, path);
	finding_what(found,
		     "%s is neither root's nor %s's, and not everybody may read it.",
		     path, conf->trusted_user[0] ? conf->trusted_user : "TrustedUser");
	finding_mend(found, "chown --reference=\"$(dirname %s)\" %s", path, path);
}

bool probe_sendmail(struct check *check)
{
	const char *cf = sendmail_cf_path();
	cleanup_free char *text = NULL;
	struct sendmail_cf conf;

	if (check->settings->mta != MTA_SENDMAIL)
		return not_here(check, "mta is not sendmail");
	if (!cf || text_file_read(cf, &text) < 0)
		return not_here(check, "no sendmail.cf");
	sendmail_cf_parse(text, check->settings->map_path, &conf);
	if (conf.ours.there)
		look_at_ours(check, &conf, cf);
	else
		look_at_other(check, &conf, cf);
	look_at_form(check, &conf, cf);
	look_at_reader(check, &conf);
	return looked_at(check, "%s", cf);
}
