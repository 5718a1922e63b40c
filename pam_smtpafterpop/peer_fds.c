/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_smtpafterpop/peer_fds.h"

#include "base/why.h"
#include "core/settings.h"
#include "pam_smtpafterpop/mail_socket.h"
#include "pam_smtpafterpop/sole_socket.h"

#include <errno.h>

static bool is_mail_connection(int fd, const void *settings)
{
	struct mail_socket found;

	return mail_socket_look(fd, &found) == 0 &&
	       mail_socket_has_mail_port(settings, &found);
}

int peer_of_fds(const struct settings *settings, struct client_address *ret,
		struct why *why)
{
	int fd = -1;

	const int found = sole_socket(is_mail_connection, settings, &fd, why);
	if (found == 0)
		return why_say(why, -ENOENT,
			       "no descriptor is a TCP connection to one of ports");
	if (found == -ENOTUNIQ)
		return why_say(why, found,
			       "this process has several mail connections, so whose "
			       "login it is cannot be told");
	if (found < 0)
		return found;
	return mail_socket_peer(fd, "the connection", settings, ret, why);
}
