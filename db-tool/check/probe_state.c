/* SPDX-License-Identifier: BSD-2-Clause */
/* The state folder: whose it is, who may write it, and when the timer was there last. */
#include "db-tool/check/probe.h"

#include "core/duration.h"
#include "core/lease_dir.h"
#include "db-tool/check/unit_ask.h"
#include "db-tool/command.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define RUN "systemctl start pam_sap-expire.service"
#define LATE_S 180 /* the timer runs each minute */
#define STUCK_S 60
#define FUTURE_S 60

static const struct fault missing = {
	"state-missing", SEVERITY_ERROR,
	"There is no place for leases: sapdb expire makes it, and has not run yet."
};
static const struct fault owner = {
	"state-owner", SEVERITY_ERROR,
	"Its owner can make leases, and so open the relay for anybody."
};
static const struct fault mode = {
	"state-mode", SEVERITY_ERROR,
	"Who may write there can make leases, and so open the relay for anybody."
};
static const struct fault late = { "expiry-late", SEVERITY_ERROR,
				   "What has ended still relays, and after ten minutes "
				   "(expiry_watch) nothing new is "
				   "opened." };
static const struct fault clock_back = {
	"clock-set-back", SEVERITY_WARNING,
	"The clock was set back: leases of before live longer than they should."
};
static const struct fault clock_wrong = {
	"clock-wrong", SEVERITY_ERROR,
	"A lease is dated by the clock: when it is set, all of them end at once, or none."
};
static const struct fault stuck = { "queue-stuck", SEVERITY_ERROR,
				    "These clients have logged in and may not relay: "
				    "nobody does the commit that they "
				    "wait for." };
static const struct fault deferred = { "leases-deferred", SEVERITY_WARNING,
				       "The last commit failed: these clients have "
				       "logged in and may not relay. The log says "
				       "what is wrong with the table." };

/* What one folder may be: pending/ belongs to queue_group, where that is set. */
static void look_at_folder(struct check *check, const char *path, mode_t allowed)
{
	struct finding *found;
	struct stat folder;

	if (lstat(path, &folder) < 0)
		return;
	if (folder.st_uid != 0) {
		found = finding_add(&check->findings, &owner, path);
		finding_what(found, "%s belongs to user %u and not to root.", path,
			     (unsigned)folder.st_uid);
		finding_mend(found, "chown root:root %s", path);
	}
	if ((folder.st_mode & 0777 & ~allowed) == 0)
		return;
	found = finding_add(&check->findings, &mode, path);
	finding_what(found, "%s has the mode %03o; %03o is the most.", path,
		     (unsigned)folder.st_mode & 0777, (unsigned)allowed);
	finding_mend(found, "chmod %03o %s", (unsigned)allowed, path);
}

static void look_at_folders(struct check *check)
{
	const struct settings *settings = check->settings;
	char path[SETTINGS_PATH + 16];

	look_at_folder(check, settings->state_dir, 0755);
	look_at_folder(check, settings->run_dir, 0755);
	for (int folder = 0; folder < LEASE_FOLDERS; folder++) {
		const bool queue =
			folder == LEASE_PENDING && settings->queue_group[0] != '\0';

		(void)snprintf(path, sizeof(path), "%s/%s", settings->state_dir,
			       lease_folder_name((enum lease_folder)folder));
		look_at_folder(check, path, queue ? 0770 : 0700);
	}
	(void)snprintf(path, sizeof(path), "%s/map", settings->state_dir);
	look_at_folder(check, path, 0755);
}

/* Seconds since the last run; below 0 in the future. False: there was none. */
static bool since_last_run(const struct check *check, long *ret)
{
	char path[SETTINGS_PATH + 16];
	struct stat file;

	(void)snprintf(path, sizeof(path), "%s/expired", check->settings->state_dir);
	if (stat(path, &file) < 0)
		return false;
	*ret = (long)(check->now.tv_sec - file.st_mtime);
	return true;
}

static void mend_run(struct finding *found)
{
	finding_mend(found, "%s", systemd_is_here() ? RUN : "sapdb expire");
}

static void look_at_run(struct check *check)
{
	char ago[DURATION_TEXT];
	long since = 0;

	const bool ran = since_last_run(check, &since);
	if (ran && since < -FUTURE_S) {
		struct finding *found = finding_add(&check->findings, &clock_back,
						    check->settings->state_dir);

		finding_what(found,
			     "The last run of sapdb expire is dated in the future.");
		finding_mend(found, "date; sapdb status; " RUN);
		return;
	}
	/* A timer that does not run, or cannot, is told of already. */
	if (check->timer_is_bad || check->conf_is_bad || (ran && since <= LATE_S))
		return;
	struct finding *found =
		finding_add(&check->findings, &late, check->settings->state_dir);
	duration_print(since, ago);
	if (ran)
		finding_what(found, "sapdb expire has not run for %s.", ago);
	else
		finding_what(found, "sapdb expire has not run yet.");
	mend_run(found);
}

static void look_at_clock(struct check *check)
{
	const time_t made = 1767225600; /* 2026-01-01: no clock shows less */

	if (check->now.tv_sec >= made)
		return;
	struct finding *found = finding_add(&check->findings, &clock_wrong, "clock");
	finding_what(found, "The clock shows a time before this program was made.");
	finding_mend(found, "timedatectl set-ntp true");
}

/* The date of the folder's last change is that of the last arrival, or later. */
static bool has_stood(const struct check *check, const char *folder)
{
	char path[SETTINGS_PATH + 16];
	struct stat file;

	(void)snprintf(path, sizeof(path), "%s/%s", check->settings->state_dir, folder);
	return stat(path, &file) == 0 && check->now.tv_sec - file.st_ctime > STUCK_S;
}

static void look_at_queue(struct check *check, const struct lease_dir *dir)
{
	const long waiting = lease_count(dir, LEASE_PENDING, NULL);
	const long put_off = lease_count(dir, LEASE_DEFERRED, NULL);
	struct finding *found;

	if (waiting > 0 && has_stood(check, "pending")) {
		found = finding_add(&check->findings, &stuck, dir->path);
		finding_what(found,
			     "%ld lease%s waited in the queue for a minute and more.",
			     waiting, waiting == 1 ? " has" : "s have");
		mend_run(found);
	}
	if (put_off <= 0 || check->table_is_bad)
		return;
	found = finding_add(&check->findings, &deferred, dir->path);
	finding_what(found, "%ld lease%s for the table to be changeable again.", put_off,
		     put_off == 1 ? " waits" : "s wait");
	finding_mend(found, "journalctl -b -t sapdb -n 20 --no-pager");
}

bool probe_state(struct check *check)
{
	cleanup_lease_dir struct lease_dir dir = { .fd = -1 };
	const char *path = check->settings->state_dir;

	look_at_clock(check);
	const int error = lease_dir_open(path, &dir, NULL);
	if (error == -ENOENT) {
		struct finding *found = finding_add(&check->findings, &missing, path);

		finding_what(found, "There is no state folder %s, or not all of it.",
			     path);
		mend_run(found);
		return looked_at(check, "%s", path);
	}
	if (error < 0) {
		check->blind = true;
		(void)complain(0, "%s cannot be looked at: %s", path, strerror(-error));
		return not_here(check, "%s, which cannot be opened", path);
	}
	look_at_folders(check);
	look_at_run(check);
	look_at_queue(check, &dir);
	return looked_at(check, "%s, the clock", path);
}
