/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_smtpafterpop/mail_socket.h"

#include "base/why.h"
#include "core/settings.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static unsigned short port_of(const struct sockaddr_storage *address)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (address->ss_family == AF_INET) {
		memcpy(&in, address, sizeof(in));
		return ntohs(in.sin_port);
	}
	memcpy(&in6, address, sizeof(in6));
	return ntohs(in6.sin6_port);
}

int mail_socket_look(int fd, struct mail_socket *ret)
{
	struct sockaddr_storage local = { 0 }, remote = { 0 };
	socklen_t local_size = sizeof(local), remote_size = sizeof(remote);
	int type = 0;
	socklen_t type_size = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size) < 0 ||
	    type != SOCK_STREAM)
		return -ENOTCONN;
	if (getsockname(fd, (struct sockaddr *)&local, &local_size) < 0 ||
	    getpeername(fd, (struct sockaddr *)&remote, &remote_size) < 0)
		return -ENOTCONN;
	if (client_address_of_socket((struct sockaddr *)&remote, &ret->peer) < 0)
		return -ENOTCONN;
	ret->port = port_of(&local);
	return 0;
}

bool mail_socket_has_mail_port(const struct settings *settings,
			       const struct mail_socket *socket)
{
	for (size_t i = 0; settings->ports[i] != 0; i++)
		if (settings->ports[i] == socket->port)
			return true;
	return false;
}

int mail_socket_peer(int fd, const char *name, const struct settings *settings,
		     struct client_address *ret, struct why *why)
{
	struct mail_socket found;

	const int error = mail_socket_look(fd, &found);
	if (error < 0)
		return why_say(why, error, "%s is no TCP connection", name);
	/* Another port: the daemon's own business (SMTP, a control socket), or ssh. */
	if (!mail_socket_has_mail_port(settings, &found))
		return why_say(why, -EADDRNOTAVAIL,
			       "%s is a connection to port %u, which is not in ports",
			       name, found.port);
	*ret = found.peer;
	return 0;
}
