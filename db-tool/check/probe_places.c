/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of ours where other programs than mail daemons come to them. */
#include "db-tool/check/probe.h"

#include "base/cleanup.h"
#include "db-tool/check/pam_place.h"
#include "db-tool/check/pam_stack.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static const struct fault shared = { "pam-line-common", SEVERITY_ERROR,
				     "Every service comes to it: ssh, cron and sudo open "
				     "the relay, some of them without a "
				     "password." };
static const struct fault foreign = { "pam-line-foreign", SEVERITY_WARNING,
				      "No mail is fetched there, and yet it opens the "
				      "relay for everybody at that address." };

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

bool pam_file_is_shared(const char *file)
{
	static const char *const names[] = { "other",
					     "system-auth",
					     "system-login",
					     "system-remote-login",
					     "system-services",
					     "password-auth",
					     "fingerprint-auth",
					     "smartcard-auth",
					     NULL };

	return strncmp(file, "common-", 7) == 0 || is_one_of(file, names);
}

static bool is_foreign(const char *file)
{
	static const char *const names[] = {
		"sshd", "login",	"su",	     "su-l",  "sudo",  "sudo-i",
		"cron", "crond",	"atd",	     "smtp",  "esmtp", "submission",
		"exim", "systemd-user", "polkit-1",  "sieve", "lmtp",  "gdm-password",
		"cups", "runuser",	"runuser-l", NULL
	};

	return is_one_of(file, names);
}

static void say(struct check *check, const struct fault *fault,
		const struct pam_entry *entry)
{
	char where[FINDING_WHERE];

	(void)snprintf(where, sizeof(where), PAM_FOLDER "/%s line %u", entry->file,
		       entry->line);
	struct finding *found = finding_add(&check->findings, fault, where);
	finding_what(found, "A %s line of pam_sap.so stands in %s.",
		     pam_kind_name(entry->kind), entry->file);
	finding_mend(found, "sed -i '/pam_sap/d' " PAM_FOLDER "/%s", entry->file);
}

static void look_into(struct check *check, const char *file)
{
	const struct fault *fault = pam_file_is_shared(file) ? &shared
				    : is_foreign(file)	     ? &foreign
							     : NULL;
	cleanup_pam_stack struct pam_stack stack = { 0 };

	if (!fault || pam_stack_read_alone(PAM_FOLDER, file, &stack) < 0)
		return;
	for (size_t i = 0; i < stack.count; i++)
		if (pam_entry_is_ours(&stack.entry[i]) &&
		    !strstr(stack.entry[i].arguments, "services=") &&
		    check->settings->services[0] == '\0')
			say(check, fault, &stack.entry[i]);
}

bool probe_places(struct check *check)
{
	cleanup_dir DIR *folder = opendir(PAM_FOLDER);
	const struct dirent *entry;

	if (!folder)
		return not_here(check, "no " PAM_FOLDER);
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			look_into(check, entry->d_name);
	return looked_at(check, "the PAM services of other programs");
}
