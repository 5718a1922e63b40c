/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mail_daemon - the POP3 and IMAP daemons of this host, and the PAM services they ask
 */
#pragma once

#include "db-tool/check/dovecot_conf.h"

#include <stdbool.h>

#define MAIL_SERVICES 3

struct mail_daemon {
	const char *name;
	const char *places[4];		    /* where its program may be; NULL */
	const char *service[MAIL_SERVICES]; /* NULL; Dovecot's are in its settings */
	bool setcred;			    /* it calls that, too; all call acct_mgmt */
};

/* In a fixed order; NULL behind the last. */
const struct mail_daemon *mail_daemon_at(size_t index);
bool mail_daemon_is_here(const struct mail_daemon *daemon);
bool mail_daemon_is_dovecot(const struct mail_daemon *daemon);

/* Its PAM services from 0; false behind the last. */
bool mail_daemon_service(const struct mail_daemon *daemon,
			 const struct dovecot_conf *dovecot, size_t index,
			 char service[static DOVECOT_WORD]);
