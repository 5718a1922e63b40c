/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peer_unix - the resolver `unix`: the client of the process that asked this one over a
 * UNIX socket
 *
 * For saslauthd, which tells PAM no address. Its worker has one UNIX stream that it
 * accepted; at the other end Cyrus pop3d or imapd waits for the answer, with its
 * client at descriptor 0. That descriptor is fetched (pidfd_getfd(2)), asked for its
 * peer, and closed again. It has to be a mail connection (mail_socket.h); so Postfix
 * or sendmail asking the same saslauthd, at port 25, finds no address.
 *
 * Needs root, with the right to trace the asker, and Linux 5.6.
 */
#pragma once

#include <stdbool.h>

struct client_address;
struct settings;
struct why;

/*
 * -EACCES: not root, nothing was tried. -ENOENT, -ENOTUNIQ: no such stream, or several.
 * -ECONNRESET: the asker has gone: what was at its descriptor 0 may be another's by
 * now. -ENOSYS: before Linux 5.6. -EPERM: the kernel forbids it. -ENOTCONN,
 * -EADDRNOTAVAIL: its descriptor 0 is no mail connection.
 */
int peer_of_unix(const struct settings *settings, struct client_address *ret,
		 struct why *why);

/* Whether somebody asks this process over its one UNIX stream. Only looks. */
bool peer_unix_is_asked(void);
