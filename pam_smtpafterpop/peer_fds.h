/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peer_fds - the resolver `fds`: the peer of the one mail connection that this process
 * has, at whatever descriptor
 *
 * For a daemon that has a process for each connection and keeps the accepted socket
 * where it was (Mailutils pop3d and imap4d in daemon mode). Needs no privilege.
 */
#pragma once

struct client_address;
struct settings;
struct why;

/* -ENOENT: there is no mail connection (mail_socket.h). -ENOTUNIQ: there are two, even
 * if both come from the same address: in a process that serves several clients nobody
 * knows whose login this is. Else as of sole_socket(). */
int peer_of_fds(const struct settings *settings, struct client_address *ret,
		struct why *why);
