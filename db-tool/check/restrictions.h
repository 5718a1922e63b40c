/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restrictions - where a table stands in a restriction list of Postfix
 */
#pragma once

#include <stdbool.h>

enum table_use {
	USE_NONE,
	USE_IN_TIME, /* check_client_access, before what refuses relaying */
	USE_LATE,    /* behind that: nobody comes to it */
	USE_PROXY,   /* through proxymap, which keeps it open for long */
	USE_SAID,    /* in a check of what the client says: anybody can say it */
};

/* `list`: a value of smtpd_..._restrictions; it is cut up. `table` as Postfix names it,
 * "lmdb:/var/lib/pam_sap/map/relay". */
enum table_use restrictions_use(char *list, const char *table);

/* Whether strangers come to a refusal there. The list is cut up. */
bool restrictions_refuse(char *list);
