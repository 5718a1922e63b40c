/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lease_dir - the folders of the state directory, and walking through one
 *
 *	active/		leases that the map shows
 *	pending/	wait for a commit; the path unit watches it
 *	deferred/	their commit failed; nobody watches it
 *	ending/		a commit is removing them
 *	settled/	the administrator's records decide about them
 *
 * Where a file is, is all the state there is. The folders are named relative to one
 * descriptor of the state directory.
 */
#pragma once

#include "core/client_address.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

enum lease_folder {
	LEASE_ACTIVE,
	LEASE_PENDING,
	LEASE_DEFERRED,
	LEASE_ENDING,
	LEASE_SETTLED,
};
#define LEASE_FOLDERS 5

struct lease_dir {
	int fd;
	const char *path; /* for the errors */
};

struct why;

const char *lease_folder_name(enum lease_folder folder);

/* -ENOENT: not made yet, or not all of it. `path` must outlive it. */
int lease_dir_open(const char *path, struct lease_dir *ret, struct why *why);
void lease_dir_close(struct lease_dir *dir);
#define cleanup_lease_dir __attribute__((cleanup(lease_dir_close)))

/* Of the state folder; 0: it cannot be looked at. */
ino_t lease_dir_inode(const struct lease_dir *dir);

/*
 * Make what is missing: `path` (0755) and the folders (0700). Members of
 * `queue_group` ("" = none) may add to pending/ (01770: remove only what is theirs; list
 * it, so as to see that it is stuck). When the group alone fails the folders are there
 * all the same.
 */
int lease_dir_prepare(const char *path, const char *queue_group, struct why *why);

struct lease_scan {
	void *stream;
};

enum lease_entry { LEASE_SCAN_END, LEASE_SCAN_CLIENT, LEASE_SCAN_JUNK };

/* What one step of a scan found: a name that is a canonical address, or another. */
struct lease_name {
	struct client_address client;
	char junk[NAME_MAX + 1];
};

int lease_scan_open(const struct lease_dir *dir, enum lease_folder folder,
		    struct lease_scan *ret, struct why *why);
/* An enum lease_entry or a negative errno. Entries that come or go meanwhile may or
 * may not be met. */
int lease_scan_next(struct lease_scan *scan, struct lease_name *ret, struct why *why);
void lease_scan_close(struct lease_scan *scan);
#define cleanup_lease_scan __attribute__((cleanup(lease_scan_close)))

/* How many leases the folder has, or a negative errno. */
long lease_count(const struct lease_dir *dir, enum lease_folder folder, struct why *why);
bool lease_folder_empty(const struct lease_dir *dir, enum lease_folder folder);

/* What a scan meets first, lease or junk. A file that was put in its place is another
 * one, also under the same inode. */
struct lease_first {
	ino_t inode; /* 0: there is nothing */
	struct timespec changed;
};
struct lease_first lease_folder_first(const struct lease_dir *dir,
				      enum lease_folder folder);
bool lease_first_equal(const struct lease_first *a, const struct lease_first *b);
