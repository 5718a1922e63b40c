/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peer - where a login comes from: the client's address, without asking DNS
 *
 * Tries the resolvers of the setting `peer` in order:
 *
 *	rhost	PAM_RHOST, if it is numeric
 *	stdin	the peer of the socket on descriptor 0, if that is an IPv4 or IPv6
 *		stream whose own port is one of `ports` (popa3d, solid-pop3d, UW
 *		imapd and qpopper under inetd)
 */
#pragma once

#include <security/pam_modules.h>

struct client_address;
struct settings;

/* -ENOENT: no resolver found one. `*ret_rhost`, for the log, is PAM_RHOST or NULL; it
 * is libpam's. */
int peer_address(const pam_handle_t *pamh, const struct settings *settings,
		 struct client_address *ret, const char **ret_rhost);
