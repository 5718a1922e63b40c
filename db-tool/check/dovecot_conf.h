/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dovecot_conf - what `doveconf -n -P` says about the logins that come to PAM
 *
 * Of Dovecot 2.3 (passdb { driver = pam, args = ... }) and 2.4 (passdb pam { ... }). What
 * it does not print has its default.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define DOVECOT_WORD 128
#define DOVECOT_PASSDBS 8

struct dovecot_passdb {
	bool pam;
	bool session, setcred;	      /* it opens one; it calls setcred */
	bool cached;		      /* it may be answered from the cache */
	char cache_key[DOVECOT_WORD]; /* of 2.3 */
	char service[DOVECOT_WORD];   /* may contain %s or %{protocol} */
};

struct dovecot_conf {
	bool there; /* Dovecot is installed */
	bool known; /* and has told its settings */
	bool is_24; /* its settings are those of 2.4 */
	bool cache; /* auth_cache_size is more than 0 */
	long cache_ttl_s;
	char worker_user[DOVECOT_WORD]; /* "" = root */
	char protocols[DOVECOT_WORD];
	struct dovecot_passdb passdb[DOVECOT_PASSDBS];
	size_t passdbs;
};

void dovecot_conf_parse(char *text, struct dovecot_conf *ret);

/* The PAM services that it asks, one after the other from 0: "pop3", "imap" where the
 * name is that of the protocol. False behind the last. */
bool dovecot_conf_service(const struct dovecot_conf *conf, size_t index,
			  char service[static DOVECOT_WORD]);

/* Which of its calls reach PAM, of any of its passdbs. */
bool dovecot_conf_opens_session(const struct dovecot_conf *conf);
bool dovecot_conf_calls_setcred(const struct dovecot_conf *conf);
