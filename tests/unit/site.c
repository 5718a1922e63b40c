/* SPDX-License-Identifier: BSD-2-Clause */
#include "site.h"

#include "base/deadline.h"
#include "core/commit_lock.h"
#include "core/seal.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SPARE ".access.db.pam_sap."

static const char *const kinds[] = {
	[EVENT_INSERTED] = "inserted", [EVENT_REMOVED] = "removed",
	[EVENT_REFUSED] = "refused",   [EVENT_GRANTED] = "granted",
	[EVENT_LAPSED] = "lapsed",     [EVENT_FULL] = "full",
	[EVENT_JUNK] = "junk",	       [EVENT_JUNK_HEAP] = "junk heap",
	[EVENT_HEALED] = "healed",     [EVENT_UNHELD] = "unheld",
	[EVENT_BLOCKED] = "blocked",   [EVENT_BLOCK] = "block",
	[EVENT_UNBLOCK] = "unblock",
};

static void keep_event(const void *context, const struct event *event)
{
	char *told = (char *)(uintptr_t)context;
	const size_t used = strlen(told);

	(void)snprintf(told + used, SITE_TOLD - used, "%s %s%s%s\n", kinds[event->kind],
		       event->lease ? event->lease->client.text : "",
		       event->lease && event->detail ? " by " : "",
		       event->detail ? event->detail : "");
}

static void set_place(struct site *site, const char *name, const char *before,
		      const char *folder)
{
	char path[SCRATCH_PATH], value[SCRATCH_PATH + 8];

	(void)snprintf(value, sizeof(value), "%s%s", before,
		       scratch_path(&site->scratch, folder, path));
	site_set(site, name, value);
}

static void make_settings(struct site *site)
{
	const char *backends = getenv("SAP_BACKENDS");
	char path[SCRATCH_PATH];

	assert_non_null(backends);
	settings_default(&site->settings);
	set_place(site, "state_dir", "", "state");
	set_place(site, "run_dir", "", "run");
	set_place(site, "map", "hash:", "mail/access.db");
	site_set(site, "backend_dir", backends);
	assert_int_equal(settings_complete(&site->settings, NULL), 0);
	assert_int_equal(mkdir(scratch_path(&site->scratch, "mail", path), 0755), 0);
}

int site_setup(void **state)
{
	struct site *site = calloc(1, sizeof(*site));

	assert_non_null(site);
	scratch_make(&site->scratch);
	make_settings(site);
	assert_int_equal(lease_dir_prepare(site->settings.state_dir, "", NULL), 0);
	assert_int_equal(lease_dir_open(site->settings.state_dir, &site->leases, NULL),
			 0);
	site->events = (struct event_sink){ keep_event, site->told };
	site->job = (struct job){ .settings = &site->settings,
				  .leases = &site->leases,
				  .deadline = deadline_in(0),
				  .events = &site->events };
	site_clock(site, 0);
	*state = site;
	return 0;
}

int site_teardown(void **state)
{
	struct site *site = *state;

	lease_dir_close(&site->leases);
	scratch_remove(&site->scratch);
	free(site);
	return 0;
}

void site_set(struct site *site, const char *name, const char *value)
{
	struct why why = { 0 };

	if (settings_set(&site->settings, name, value, SETTINGS_FILE, &why) < 0)
		fail_msg("%s", why.text);
}

void site_clock(struct site *site, long seconds)
{
	site->job.now = (struct timespec){ .tv_sec = SITE_NOW + seconds };
}

void site_table(struct site *site, const struct pair *pairs)
{
	char beside[SCRATCH_PATH];

	scratch_path(&site->scratch, "mail/new.db", beside);
	berkeley_table_make(beside, DB_HASH, false, pairs);
	assert_int_equal(rename(beside, site->settings.map_path), 0);
}

void check_table(const char *label, const struct site *site, const char *want)
{
	char text[BERKELEY_TEXT];

	check_text(label, berkeley_table_text(site->settings.map_path, text), want);
}

ino_t site_inode(const struct site *site)
{
	return scratch_stat(site->settings.map_path).st_ino;
}

struct client_address site_client(const char *address)
{
	struct client_address client;

	if (client_address_parse(address, &client) < 0)
		fail_msg("%s is no address", address);
	return client;
}

void site_lease(const struct site *site, enum lease_folder folder, const char *address,
		long seconds)
{
	const struct client_address client = site_client(address);
	struct lease lease;

	lease_make(&lease, &client, "horn", "dovecot",
		   (struct timespec){ .tv_sec = SITE_NOW + seconds });
	assert_int_equal(lease_create(&site->leases, folder, &lease, NULL), 0);
}

void check_where(const char *label, const struct site *site, const char *address,
		 const char *want)
{
	const struct client_address client = site_client(address);
	char got[64] = "";

	for (int folder = 0; folder < LEASE_FOLDERS; folder++) {
		if (!lease_present(&site->leases, (enum lease_folder)folder, &client))
			continue;
		if (got[0])
			(void)strcat(got, " ");
		(void)strcat(got, lease_folder_name((enum lease_folder)folder));
	}
	check_text(label, got, want);
}

long site_login(const struct site *site, enum lease_folder folder, const char *address)
{
	const struct client_address client = site_client(address);
	struct timespec mtime;

	assert_int_equal(lease_mtime(&site->leases, folder, &client, &mtime), 0);
	return mtime.tv_sec - SITE_NOW;
}

int site_commit(const struct site *site, struct commit_order order,
		struct commit_result *ret, struct why *why)
{
	struct commit_lock lock = { .fd = -1 };

	assert_int_equal(
		commit_lock_take(&site->leases, deadline_in(0), NULL, &lock, NULL), 0);
	order.lock = &lock;
	const int error = commit(&site->job, &order, ret, why);
	commit_lock_release(&lock);
	return error;
}

void site_seal(struct site *site)
{
	const struct commit_order order = { .with_ending = true };
	const bool guest = site->job.guest;

	seal_break(&site->settings);
	site->job.guest = false;
	assert_int_equal(site_commit(site, order, NULL, NULL), 0);
	site->job.guest = guest;
	site->told[0] = '\0';
}

void check_told(const char *label, struct site *site, const char *want)
{
	check_text(label, site->told, want);
	site->told[0] = '\0';
}

void check_seal(const char *label, const struct site *site, long want)
{
	struct seal seal = { .leases = -1 };

	(void)seal_holds(&site->settings, &seal);
	check_int(label, seal.leases, want);
}

void check_tidy(const char *label, const struct site *site)
{
	char path[SCRATCH_PATH];
	char first = 0;
	int count = 0;
	DIR *mail = opendir(scratch_path(&site->scratch, "mail", path));

	assert_non_null(mail);
	/* Whatever has a name, but the spares (map/spares.h). */
	for (const struct dirent *entry; (entry = readdir(mail));)
		count += strncmp(entry->d_name, SPARE, strlen(SPARE)) != 0;
	(void)closedir(mail);
	check_int(label, count, 3); /* with . and .. */
	const int lock = openat(site->leases.fd, "commit.lock", O_RDONLY | O_CLOEXEC);
	if (lock >= 0 && pread(lock, &first, 1, 0) == 1)
		check_int(label, first, '\n'); /* no note */
	if (lock >= 0)
		(void)close(lock);
}

struct site *site_sealed(void **state, const char *first, const char *second)
{
	static const struct pair his[] = { { "10", "REJECT" }, { NULL, NULL } };
	struct site *site = *state;

	site_table(site, his);
	if (first)
		site_lease(site, LEASE_ACTIVE, first, 0);
	if (second)
		site_lease(site, LEASE_ACTIVE, second, 0);
	site_seal(site);
	return site;
}
