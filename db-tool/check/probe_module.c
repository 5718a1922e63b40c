/* SPDX-License-Identifier: BSD-2-Clause */
/* The module's file: is it there, and can a login load it? */
#include "db-tool/check/probe.h"

#include "base/cleanup.h"
#include "db-tool/check/mail_daemon.h"
#include "db-tool/check/pam_stack.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static const struct fault missing = {
	"pam-module-missing", SEVERITY_ERROR,
	"libpam cannot load it: nothing is opened, and behind -account nobody says so."
};
static const struct fault no_exec = {
	"pam-module-noexec", SEVERITY_ERROR,
	"libpam cannot load what may not be executed: nothing is opened."
};
static const struct fault mode = {
	"pam-module-mode", SEVERITY_WARNING,
	"A daemon that asks PAM as a user of its own cannot load it, and opens nothing."
};
static const struct fault writable = {
	"pam-module-writable", SEVERITY_ERROR,
	"Who may write it becomes root with the next login."
};

/* As libpam finds it. */
static void path_of(const struct pam_entry *entry, char path[static PATH_MAX])
{
	if (entry->module[0] == '/')
		(void)snprintf(path, PATH_MAX, "%s", entry->module);
	else
		(void)snprintf(path, PATH_MAX, "%s/%s", PAM_MODULES, entry->module);
}

/* What dlopen(3) does with it; the bits for it in the file's mode do not count there, and
 * Debian's own modules have none. */
static bool may_be_executed(int fd)
{
	const long page = sysconf(_SC_PAGESIZE);
	void *code = mmap(NULL, (size_t)page, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	if (code == MAP_FAILED)
		return errno != EPERM && errno != EACCES;
	(void)munmap(code, (size_t)page);
	return true;
}

static struct finding *say(struct check *check, const struct fault *fault,
			   const char *path, const char *what)
{
	struct finding *found = finding_add(&check->findings, fault, path);

	finding_what(found, "%s", what);
	return found;
}

static void look_at(struct check *check, const char *path)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat file = { 0 };

	if (fd < 0 || fstat(fd, &file) < 0 || !S_ISREG(file.st_mode)) {
		finding_mend(say(check, &missing, path,
				 "The PAM module of the line is not there."),
			     "apt-get install --reinstall libpam-sap");
		return;
	}
	if (!may_be_executed(fd))
		finding_mend(
			say(check, &no_exec, path,
			    "The PAM module may not be executed: its filesystem is "
			    "mounted with noexec."),
			"mount -o remount,bind,exec \"$(findmnt -nfo TARGET -T %s)\"",
			path);
	if (file.st_mode & (S_IWGRP | S_IWOTH) || file.st_uid != 0)
		finding_mend(say(check, &writable, path,
				 "Others than root may write the PAM module."),
			     "chown root:root %s && chmod 644 %s", path, path);
	else if (!(file.st_mode & S_IROTH))
		finding_mend(say(check, &mode, path,
				 "The PAM module may be read by root alone."),
			     "chmod 644 %s", path);
}

static void look_for_service(struct check *check, const char *service)
{
	cleanup_pam_stack struct pam_stack stack = { 0 };
	char path[PATH_MAX];

	if (pam_stack_read(PAM_FOLDER, service, &stack) < 0)
		return;
	for (size_t i = 0; i < stack.count; i++) {
		if (!pam_entry_is_ours(&stack.entry[i]))
			continue;
		path_of(&stack.entry[i], path);
		if (strstr(check->about, path))
			continue;
		const size_t end = strlen(check->about);
		(void)snprintf(check->about + end, sizeof(check->about) - end, "%s%s",
			       end > 0 ? ", " : "", path);
		look_at(check, path);
	}
}

bool probe_module(struct check *check)
{
	const struct mail_daemon *daemon;
	char service[DOVECOT_WORD];

	for (size_t i = 0; (daemon = mail_daemon_at(i)); i++)
		for (size_t j = 0;
		     mail_daemon_is_here(daemon) &&
		     mail_daemon_service(daemon, &check->dovecot, j, service);
		     j++)
			look_for_service(check, service);
	if (check->about[0] == '\0')
		return not_here(check, "no PAM line, hence no module to look at");
	return true;
}
