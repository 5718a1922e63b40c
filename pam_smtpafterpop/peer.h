/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peer - where a login comes from: the client's address, without asking DNS
 *
 * Tries the resolvers of the setting `peer` in order:
 *
 *	rhost	PAM_RHOST, if it is numeric
 *	stdin	the peer of descriptor 0, if that is a mail connection (mail_socket.h):
 *		popa3d, solid-pop3d, UW imapd and qpopper under inetd
 *	fds	the peer of the one mail connection among all descriptors (peer_fds.h):
 *		Mailutils pop3d and imap4d in daemon mode
 *	unix	the same of the process that asks over a UNIX socket (peer_unix.h):
 *		saslauthd for Cyrus
 */
#pragma once

#include <security/pam_modules.h>

struct client_address;
struct settings;
struct why;

/* -ENOENT: no resolver found one. `why` says of each what it met, and then what to set
 * (peer_cure.h): words that are the same at each login of such a daemon. */
int peer_address(const pam_handle_t *pamh, const struct settings *settings,
		 struct client_address *ret, struct why *why);
