/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sendmail_cf - the lines of sendmail.cf that the relay depends on
 *
 * What m4 has made of sendmail.mc; sendmail itself does not print it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define CF_WORD 256

/* Kaccess hash -T<TMPF> /etc/mail/access */
struct cf_map {
	bool there;
	char name[CF_WORD], type[CF_WORD], path[CF_WORD];
	bool optional;	/* -o: a missing table is passed over in silence */
	bool temp_fail; /* -T */
};

struct sendmail_cf {
	struct cf_map access;
	struct cf_map ours; /* the first one with the path that was asked for */
	bool ipv6_compressed;
	char trusted_user[CF_WORD];
};

/* `path`: of a table, with its suffix or without. Changes the text. */
void sendmail_cf_parse(char *text, const char *path, struct sendmail_cf *ret);

/* Where sendmail.cf is, or NULL. */
const char *sendmail_cf_path(void);
