/* SPDX-License-Identifier: BSD-2-Clause */
/* saslauthd, where Cyrus asks it: its cache, and how the client's address is found. */
#include "db-tool/check/probe.h"

#include "base/ascii.h"
#include "base/cleanup.h"
#include "db-tool/check/pam_stack.h"
#include "db-tool/check/saslauthd_options.h"
#include "db-tool/check/text_file.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define DEFAULTS "/etc/default/saslauthd"
#define SYSCONFIG "/etc/sysconfig/saslauthd"

static const struct fault cache = { "saslauthd-cache", SEVERITY_ERROR,
				    "For eight hours it answers without asking PAM, also "
				    "for another address: such logins "
				    "open and renew nothing." };
static const struct fault peer = { "cyrus-peer", SEVERITY_ERROR,
				   "saslauthd tells PAM no address: without the resolver "
				   "unix none is found, and nothing "
				   "is opened." };

static struct finding *say_cache(struct check *check, const char *where, const char *what)
{
	struct finding *found = finding_add(&check->findings, &cache, where);

	finding_what(found, "%s", what);
	return found;
}

/* OPTIONS="-c -m /run/saslauthd" */
static bool file_caches(const char *path, const char *name)
{
	cleanup_free char *text = NULL;
	const size_t length = strlen(name);
	char *rest, *line;
	bool caches = false;

	if (text_file_read(path, &text) < 0)
		return false;
	for (rest = text; (line = text_next_line(&rest));) {
		line = text_trim(line);
		if (strncmp(line, name, length) == 0 && line[length] == '=')
			caches =
				saslauthd_caches(line + length + 1); /* the last counts */
	}
	return caches;
}

/* Real and effective user: anybody may call a program saslauthd, and the owner of the
 * folder in /proc is root for what dumps no core. */
static bool is_of_root(const char *pid)
{
	char path[PATH_MAX];
	cleanup_free char *status = NULL;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/status", pid);
	return text_file_read(path, &status) == 0 && strstr(status, "\nUid:\t0\t0\t");
}

static bool process_caches(const char *pid)
{
	char path[PATH_MAX];
	cleanup_free char *comm = NULL;
	cleanup_free char *args = NULL;

	if (!is_of_root(pid))
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	if (text_file_read(path, &comm) < 0 || strcmp(comm, "saslauthd\n") != 0)
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%.20s/cmdline", pid);
	return text_file_read(path, &args) == 0 && saslauthd_caches_of_arguments(args);
}

/* All of them were started alike: the first one will do. */
static void look_at_processes(struct check *check)
{
	cleanup_dir DIR *folder = opendir("/proc");
	const struct dirent *entry;
	char where[FINDING_WHERE];

	while (folder && (entry = readdir(folder))) {
		if (!ascii_is_digit(entry->d_name[0]) || !process_caches(entry->d_name))
			continue;
		(void)snprintf(where, sizeof(where), "process %.20s", entry->d_name);
		finding_mend(say_cache(check, where, "saslauthd was started with -c."),
			     "systemctl restart saslauthd");
		return;
	}
}

static void look_at_peer(struct check *check, const char *service)
{
	cleanup_pam_stack struct pam_stack stack = { 0 };
	bool in_settings = false;

	for (size_t i = 0; i < check->settings->peer_count; i++)
		in_settings |= check->settings->peers[i] == PEER_UNIX;
	if (in_settings || pam_stack_read(PAM_FOLDER, service, &stack) < 0)
		return;
	for (size_t i = 0; i < stack.count; i++) {
		const struct pam_entry *entry = &stack.entry[i];
		char where[FINDING_WHERE];

		if (!pam_entry_is_ours(entry) || strstr(entry->arguments, "unix"))
			continue;
		(void)snprintf(where, sizeof(where), PAM_FOLDER "/%s line %u",
			       entry->file, entry->line);
		struct finding *found = finding_add(&check->findings, &peer, where);
		finding_what(found,
			     "The line of pam_sap.so for Cyrus has no peer= with unix.");
		finding_mend(found,
			     "sed -i '%us/$/ peer=rhost,stdin,unix/' " PAM_FOLDER "/%s",
			     entry->line, entry->file);
	}
}

bool probe_saslauthd(struct check *check)
{
	if (!is_there("/usr/sbin/saslauthd") ||
	    !(is_there("/usr/lib/cyrus/bin/imapd") ||
	      is_there("/usr/lib/cyrus-imapd/imapd") ||
	      is_there("/usr/libexec/cyrus-imapd/imapd")))
		return not_here(check, "no Cyrus with saslauthd");
	if (file_caches(DEFAULTS, "OPTIONS"))
		finding_mend(say_cache(check, DEFAULTS,
				       "OPTIONS of saslauthd has -c, which is a cache."),
			     "sed -i -E '/^OPTIONS=/s/ ?-c\\b//' " DEFAULTS
			     " && systemctl restart saslauthd");
	else if (file_caches(SYSCONFIG, "FLAGS"))
		finding_mend(say_cache(check, SYSCONFIG,
				       "FLAGS of saslauthd has -c, which is a cache."),
			     "sed -i -E '/^FLAGS=/s/ ?-c\\b//' " SYSCONFIG
			     " && systemctl restart saslauthd");
	else
		look_at_processes(check);
	look_at_peer(check, "pop");
	look_at_peer(check, "imap");
	return looked_at(check, "saslauthd's options, and its processes");
}
