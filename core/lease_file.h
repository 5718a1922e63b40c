/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lease_file - what is done to one lease's file
 *
 * Only a client address names one. Names move between the folders under the commit
 * lock only; without it a login may touch a lease in active/ or settled/ and create or
 * touch one in pending/ or deferred/.
 *
 * Errors: a negative errno; -ENOENT is an everyday answer.
 */
#pragma once

#include "core/lease.h"
#include "core/lease_dir.h"

/* Renew: the last login was `now`. -ENOENT */
int lease_touch(const struct lease_dir *dir, enum lease_folder folder,
		const struct client_address *client, struct timespec now);

/* The last login. -ENOENT */
int lease_mtime(const struct lease_dir *dir, enum lease_folder folder,
		const struct client_address *client, struct timespec *ret);

/*
 * Create it, complete from its first instant on: a name never shows half a file. When
 * there is one already it is renewed, and its line stays.
 */
int lease_create(const struct lease_dir *dir, enum lease_folder folder,
		 const struct lease *lease, struct why *why);

/* -ENOENT; -EINVAL: a file with an address for a name, but no lease */
int lease_read(const struct lease_dir *dir, enum lease_folder folder,
	       const struct client_address *client, struct lease *ret, struct why *why);

/* Rename it, over what is there. -ENOENT */
int lease_move(const struct lease_dir *dir, enum lease_folder from, enum lease_folder to,
	       const struct client_address *client);

/*
 * Rename it, unless there is one: then that one is renewed if ours is newer, and ours
 * goes. A file of another user (an auth-worker's, from the group-writable queue) is
 * copied, since he could touch it for ever. 1 = it is new in `to`.
 */
int lease_merge(const struct lease_dir *dir, enum lease_folder from, enum lease_folder to,
		const struct client_address *client);

int lease_unlink(const struct lease_dir *dir, enum lease_folder folder,
		 const struct client_address *client);
bool lease_present(const struct lease_dir *dir, enum lease_folder folder,
		   const struct client_address *client);
/* Every lease of the folder. */
int lease_empty(const struct lease_dir *dir, enum lease_folder folder, struct why *why);
/* For what is no lease; `name` comes from a scan. A folder that is not empty moves to
 * junk/ in the state folder, for the administrator. */
int lease_unlink_junk(const struct lease_dir *dir, enum lease_folder folder,
		      const char *name);
