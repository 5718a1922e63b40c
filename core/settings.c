/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/settings.h"

#include "base/why.h"
#include "core/escape.h"
#include "core/settings_table.h"
#include "map/map_backend.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_VALUE 80

void settings_default(struct settings *settings)
{
	*settings = (struct settings){
		.mta = MTA_SENDMAIL,
		.state_dir = STATE_DIR,
		.run_dir = RUN_DIR,
		.backend_dir = BACKEND_DIR,
		.lifetime_ms = 15L * 60 * 1000,
		.max_lifetime_ms = 12L * 60 * 60 * 1000,
		.expiry_watch_ms = 10L * 60 * 1000,
		.wait_ms = 2000,
		.max_leases = 100000,
		.ipv6_prefix = 128,
		.ports = { 110, 143, 993, 995 },
		.peers = { PEER_RHOST, PEER_STDIN },
		.peer_count = 2,
		.refuse_own = true,
	};
}

int settings_set(struct settings *settings, const char *name, const char *value,
		 bool argument, struct why *why)
{
	char shown[SHOWN_VALUE];
	const struct setting *setting = setting_by_name(name);

	if (!setting)
		return why_say(why, -EINVAL, "there is no setting '%s'",
			       escape_text(name, "", shown, sizeof(shown)));
	if (argument && !setting->argument)
		return why_say(why, -EINVAL,
			       "'%s' may not be a module argument: the timer must see it "
			       "too, so set it in pam_sap.conf",
			       setting->name);
	if (setting->set(setting, (char *)settings + setting->offset, value) < 0)
		return why_say(why, -EINVAL, "%s = '%s': must be %s", setting->name,
			       escape_text(value, "", shown, sizeof(shown)),
			       setting->range);
	return 0;
}

int settings_argument(struct settings *settings, const char *argument, struct why *why)
{
	char name[SETTINGS_WORD];
	const char *equals = strchr(argument, '=');
	const size_t length = equals ? (size_t)(equals - argument) : strlen(argument);

	(void)snprintf(name, sizeof(name), "%.*s", (int)(length < 60 ? length : 60),
		       argument);
	return settings_set(settings, name, equals ? equals + 1 : "yes",
			    SETTINGS_ARGUMENT, why);
}

int settings_complete(struct settings *settings, struct why *why)
{
	const struct mta_preset *preset = mta_preset_of(settings->mta);

	if (settings->map_path[0] == '\0' &&
	    settings_set(settings, "map", preset->map, SETTINGS_FILE, why) < 0)
		return -EINVAL;
	if (settings->value[0] == '\0')
		(void)snprintf(settings->value, sizeof(settings->value), "%s",
			       preset->value);
	if (settings->hold_open && settings->max_lifetime_ms < settings->lifetime_ms)
		return why_say(why, -EINVAL,
			       "max_lifetime is shorter than lifetime: with hold_open = "
			       "yes it must be as long at least");
	/* Its reader stays in one transaction, and says so where we do not look: we would
	 * write over the pages that it reads. */
	if (settings->mta == MTA_EXIM && map_type_in_place(settings->map_type))
		return why_say(why, -EINVAL,
			       "an lmdb: table is not for mta = exim, which locks it in "
			       "another way than we and Postfix: map = hash:/PATH");
	if (settings->key_tag[0] != '\0' && settings->mta != MTA_SENDMAIL)
		return why_say(why, -EINVAL, "key_tag is for mta = sendmail only");
	if (settings->ipv6_prefix != 128 && settings->mta != MTA_SENDMAIL)
		return why_say(why, -EINVAL,
			       "ipv6_prefix = 64 is for mta = sendmail only: the others "
			       "look up whole addresses");
	if (settings->ipv6_compressed && settings->mta != MTA_SENDMAIL)
		return why_say(why, -EINVAL,
			       "ipv6_form = compressed is for mta = sendmail only: the "
			       "others have one form");
	if (settings->ipv6_compressed && settings->ipv6_prefix != 128)
		return why_say(why, -EINVAL,
			       "ipv6_form = compressed needs ipv6_prefix = 128: sendmail "
			       "looks up no whole networks then");
	return 0;
}

int settings_load(struct settings *settings, const char *path, struct why *why)
{
	settings_default(settings);
	const int error = settings_read_file(settings, path ? path : CONF_FILE, why);
	if (error < 0 && (path || error != -ENOENT))
		return error;
	return settings_complete(settings, why);
}

const char *settings_name(size_t index)
{
	return index < settings_table_size ? settings_table[index].name : NULL;
}

bool settings_allowed_as_argument(size_t index)
{
	return index < settings_table_size && settings_table[index].argument;
}

bool settings_serve(const struct settings *settings, const char *service)
{
	const char *at = settings->services;

	if (*at == '\0')
		return true;
	while (*(at += strspn(at, " \t,"))) {
		const size_t length = strcspn(at, " \t,");
		if (strlen(service) == length && strncmp(at, service, length) == 0)
			return true;
		at += length;
	}
	return false;
}

struct record_form settings_record_form(const struct settings *settings)
{
	return (struct record_form){ .mta = settings->mta,
				     .value = settings->value,
				     .key_tag = settings->key_tag,
				     .ipv6_prefix = (unsigned)settings->ipv6_prefix,
				     .ipv6_compressed = settings->ipv6_compressed };
}
