/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * settings - what the administrator wants, from pam_sap.conf and module arguments
 *
 * One table (settings_table.c) says of each setting its name, its bounds and whether a
 * module argument may set it; one grammar, `name = value`, serves both. A mistake is
 * one line that names the file, the line and what is allowed. Built-in values come
 * first, then the file, then the arguments; settings_complete() adds what depends on
 * the mail server.
 *
 * The file must belong to root, or to the user that this process runs as, and nobody
 * else may write it.
 */
#pragma once

#include "core/access_record.h"
#include "core/networks.h"

#include <stdbool.h>

#define SETTINGS_PORTS 16
#define SETTINGS_PEERS 4
#define SETTINGS_WORD 64
#define SETTINGS_PATH 256 /* all of it is on the stack of a guest */
#define SETTINGS_LIST 512

enum peer { PEER_RHOST, PEER_STDIN, PEER_FDS, PEER_UNIX };

struct settings {
	enum mta mta;
	char map_type[16];
	char map_path[SETTINGS_PATH];
	char value[SETTINGS_WORD];
	char key_tag[SETTINGS_WORD];
	char state_dir[SETTINGS_PATH];
	char run_dir[SETTINGS_PATH];
	char backend_dir[SETTINGS_PATH];
	long lifetime_ms;
	long max_lifetime_ms; /* with hold_open */
	long expiry_watch_ms; /* 0 = do not look */
	long wait_ms;
	long max_leases;
	long ipv6_prefix;
	bool ipv6_compressed;
	unsigned short ports[SETTINGS_PORTS]; /* ends at the first 0 */
	struct networks never;
	struct networks only;	      /* none = everywhere */
	char services[SETTINGS_LIST]; /* "" = all */
	enum peer peers[SETTINGS_PEERS];
	size_t peer_count;
	char queue_group[SETTINGS_WORD];
	char metrics_file[SETTINGS_PATH]; /* "" = none */
	bool refuse_own;
	bool hold_open;
	bool fail_on_error;
	bool debug;
};

struct why;

#define SETTINGS_ARGUMENT true
#define SETTINGS_FILE false

void settings_default(struct settings *settings);

/* One setting. -EINVAL: unknown, out of bounds, or not allowed as an argument. */
int settings_set(struct settings *settings, const char *name, const char *value,
		 bool argument, struct why *why);

/* "name=value", or the name of a switch alone ("debug"). */
int settings_argument(struct settings *settings, const char *argument, struct why *why);

/* -ENOENT: there is no such file (the caller may be content with the defaults). */
int settings_read_file(struct settings *settings, const char *path, struct why *why);

int settings_complete(struct settings *settings, struct why *why);

/* The whole of it for a tool: defaults, the file (must exist unless it is the default
 * one: `path` NULL), completion. */
int settings_load(struct settings *settings, const char *path, struct why *why);

/* The names, in the order of the table; NULL behind the last. */
const char *settings_name(size_t index);
bool settings_allowed_as_argument(size_t index);

/* As in the setting `peer`. */
const char *settings_peer_name(enum peer peer);

bool settings_serve(const struct settings *settings, const char *service);
struct record_form settings_record_form(const struct settings *settings);
