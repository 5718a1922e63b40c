/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_smtpafterpop/peer_cure.h"

#include "core/client_address.h"
#include "core/settings.h"
#include "pam_smtpafterpop/mail_socket.h"
#include "pam_smtpafterpop/peer_fds.h"
#include "pam_smtpafterpop/peer_unix.h"

#include <stdbool.h>
#include <stdio.h>

#define LIST 128
#define WHERE "in pam_sap.conf or on the PAM line of this service"

static bool is_named(const struct settings *settings, enum peer peer)
{
	for (size_t i = 0; i < settings->peer_count; i++)
		if (settings->peers[i] == peer)
			return true;
	return false;
}

/* The setting as it is, and one more. */
static const char *with_peer(const struct settings *settings, enum peer more,
			     char list[static LIST])
{
	size_t length = 0;

	for (size_t i = 0; i < settings->peer_count; i++)
		length += (size_t)snprintf(list + length, LIST - length, "%s ",
					   settings_peer_name(settings->peers[i]));
	(void)snprintf(list + length, LIST - length, "%s", settings_peer_name(more));
	return list;
}

static const char *with_port(const struct settings *settings, unsigned short more,
			     char list[static LIST])
{
	size_t length = 0;

	for (size_t i = 0; settings->ports[i] != 0; i++)
		length += (size_t)snprintf(list + length, LIST - length, "%u ",
					   settings->ports[i]);
	(void)snprintf(list + length, LIST - length, "%u", more);
	return list;
}

/* A resolver that is not named and would have found it, or at least may. */
static bool find_unnamed(const struct settings *settings, enum peer *ret)
{
	struct client_address unused;
	struct mail_socket at_0;

	if (!is_named(settings, PEER_STDIN) && mail_socket_look(0, &at_0) == 0 &&
	    mail_socket_has_mail_port(settings, &at_0))
		*ret = PEER_STDIN;
	else if (!is_named(settings, PEER_FDS) &&
		 peer_of_fds(settings, &unused, NULL) == 0)
		*ret = PEER_FDS;
	else if (!is_named(settings, PEER_UNIX) && peer_unix_is_asked())
		*ret = PEER_UNIX;
	else
		return false;
	return true;
}

void peer_cure(const struct settings *settings, char *ret, size_t room)
{
	struct mail_socket at_0;
	char list[LIST];
	enum peer peer;

	if (find_unnamed(settings, &peer))
		(void)snprintf(ret, room, "%sset peer = %s " WHERE "%s",
			       peer == PEER_UNIX ? "if this is saslauthd, " : "",
			       with_peer(settings, peer, list),
			       peer == PEER_UNIX ? ", and run it without -c" : "");
	else if (mail_socket_look(0, &at_0) == 0 &&
		 !mail_socket_has_mail_port(settings, &at_0))
		(void)snprintf(ret, room,
			       "if port %u is for POP3 or IMAP, set ports = %s " WHERE,
			       at_0.port, with_port(settings, at_0.port, list));
	else
		(void)snprintf(ret, room, "see pam_sap(8), CLIENT ADDRESS");
}
