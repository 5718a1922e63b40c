/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * site - one host with leases and a table, all in a scratch folder
 *
 * The settings are the defaults but for the places; the table is sendmail's, a hash
 * without NULs, of the built backend. It is SITE_NOW there, in the year 2001, so that
 * nothing the real clock dates can be older; no deadline is ever waited for.
 */
#pragma once

#include "berkeley_table.h"
#include "check.h"
#include "scratch.h"

#include "base/why.h"
#include "core/commit.h"
#include "core/event.h"
#include "core/job.h"
#include "core/lease_file.h"
#include "core/settings.h"

#define SITE_NOW 1000000000L
#define SITE_TOLD 4096

struct site {
	struct scratch scratch;
	struct settings settings;
	struct lease_dir leases;
	struct event_sink events;
	struct job job;
	char told[SITE_TOLD]; /* what the sink was told, one line each */
};

/* For cmocka: `*state` is the struct site. There is no table yet. */
int site_setup(void **state);
int site_teardown(void **state);
#define AT_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

void site_set(struct site *site, const char *name, const char *value);
/* Seconds after SITE_NOW. */
void site_clock(struct site *site, long seconds);

/* A table at the settings' path, over one that is there: as a rebuild by mv does it. */
void site_table(struct site *site, const struct pair *pairs);
void check_table(const char *label, const struct site *site, const char *want);

ino_t site_inode(const struct site *site); /* of the table */

struct client_address site_client(const char *address);
/* A lease of user horn (dovecot), with its last login so many seconds after SITE_NOW. */
void site_lease(const struct site *site, enum lease_folder folder, const char *address,
		long seconds);
/* The folders where it is, as "active pending". */
void check_where(const char *label, const struct site *site, const char *address,
		 const char *want);
/* The last login, in seconds after SITE_NOW. */
long site_login(const struct site *site, enum lease_folder folder, const char *address);

/* A commit under the lock. `why` may be NULL. */
int site_commit(const struct site *site, struct commit_order order,
		struct commit_result *ret, struct why *why);
/* As sapdb does it: the table shows what is in active/, and is sealed. */
void site_seal(struct site *site);
/* A table with a record of the administrator's, 10 REJECT, which shows these leases (NULL
 * = none), sealed. Returns `*state`. */
struct site *site_sealed(void **state, const char *first, const char *second);

/* What was told since the last time. */
void check_told(const char *label, struct site *site, const char *want);
/* The seal matches the table and says this many leases; -1: it does not match. */
void check_seal(const char *label, const struct site *site, long want);
/* The map's folder has the table and nothing else, commit.lock has no note. */
void check_tidy(const char *label, const struct site *site);

/* Our record and marker in the table's text, sendmail's form. */
#define OURS(address) address "=RELAY\n"
#define MARKER(address) "SAP:" address "=DUNNO pam_sap " address " RELAY\n"
