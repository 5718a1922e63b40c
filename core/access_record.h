/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access_record - how a mail server's table says "this client may relay"
 *
 * The keys are what the mail servers look up, letter for letter (sendmail daemon.c
 * anynet_ntop and proto.m4; Postfix smtpd_check.c; Exim host.c host_nmtoa):
 *
 *	sendmail  192.0.2.1  ipv6:2001:db8:0:0:0:0:0:1  (key_tag before both)
 *		  with its UseCompressedIPv6Addresses: ipv6:2001:db8::1
 *	postfix   192.0.2.1  2001:db8::1
 *	exim      192.0.2.1  2001.0db8.0000.0000.0000.0000.0000.0001
 *
 * Beside each record of ours stands its marker: the key "SAP:<address>" with the value
 * "DUNNO pam_sap <key> <value>", which grants nothing anywhere and says what record it
 * stands for: a changed setting does not make a record of ours the administrator's.
 * The mail servers fold what they look up to lower case, so none can reach an
 * upper-case key; a dump that went through makemap folds the marker, so both are read.
 *
 * A record is ours if its marker says so, key and value. Any other is static: the
 * administrator's.
 */
#pragma once

#include "core/client_address.h"
#include "map/map.h"

#define RECORD_KEY 192 /* room for a key with its tag, or for a marker's value */

enum mta { MTA_SENDMAIL, MTA_POSTFIX, MTA_EXIM };

struct mta_preset {
	const char *name;
	const char *map;   /* as in the setting */
	const char *value; /* grants */
	bool nul;	   /* keys and values of a new table end in a NUL */
	bool spares;	   /* may be changed by turns of files (map/spares.h) */
};

struct record_form {
	enum mta mta;
	const char *value;
	const char *key_tag;
	unsigned ipv6_prefix;
	bool ipv6_compressed;
};

int mta_by_name(const char *name); /* an enum mta, or -EINVAL */
const struct mta_preset *mta_preset_of(enum mta mta);

void record_key(const struct record_form *form, const struct client_address *client,
		char key[static RECORD_KEY]);

/*
 * The keys that decide about `client`, most specific first, as the mail server walks
 * them: 0 is its own, then the networks around it. Returns false behind the last.
 * Without the tag. `key` of a network has its prefix form ("192.0.2").
 */
bool record_walk(const struct record_form *form, const struct client_address *client,
		 unsigned step, char key[static RECORD_KEY]);

void record_marker_key(const struct client_address *client, char key[static RECORD_KEY]);
void record_marker_value(const char *key, const char *record_value,
			 char value[static RECORD_KEY]);

/* What a marker says. A key or value that it does not tell (somebody edited it) is "". */
struct record_marker {
	struct client_address client;
	char key[RECORD_KEY];
	char value[RECORD_KEY];
};

/* Whether `entry` is a marker, folded or not. */
bool record_is_marker(const struct map_entry *entry, struct record_marker *ret);

/* What a value does to a client that it decides about. */
enum record_effect {
	EFFECT_GRANTS,
	EFFECT_REFUSES,
	EFFECT_NEITHER,
};
enum record_effect record_effect_of(const struct record_form *form,
				    struct map_bytes value);
