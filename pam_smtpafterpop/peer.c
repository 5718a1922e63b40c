/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_smtpafterpop/peer.h"

#include "core/client_address.h"
#include "core/settings.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

static const char *rhost_of(const pam_handle_t *pamh)
{
	const void *rhost = NULL;

	return pam_get_item(pamh, PAM_RHOST, &rhost) == PAM_SUCCESS ? rhost : NULL;
}

static int peer_of_rhost(const char *rhost, struct client_address *ret)
{
	return rhost ? client_address_parse_remote(rhost, ret) : -ENOENT;
}

static unsigned short port_of(const struct sockaddr_storage *socket)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (socket->ss_family == AF_INET) {
		memcpy(&in, socket, sizeof(in));
		return ntohs(in.sin_port);
	}
	if (socket->ss_family == AF_INET6) {
		memcpy(&in6, socket, sizeof(in6));
		return ntohs(in6.sin6_port);
	}
	return 0;
}

static bool is_mail_port(const struct settings *settings, unsigned short port)
{
	for (size_t i = 0; settings->ports[i] != 0; i++)
		if (settings->ports[i] == port)
			return true;
	return false;
}

static int peer_of_stdin(const struct settings *settings, struct client_address *ret)
{
	struct sockaddr_storage local = { 0 }, remote = { 0 };
	socklen_t local_size = sizeof(local), remote_size = sizeof(remote);
	int type = 0;
	socklen_t type_size = sizeof(type);

	if (getsockopt(0, SOL_SOCKET, SO_TYPE, &type, &type_size) < 0 ||
	    type != SOCK_STREAM)
		return -ENOENT;
	if (getsockname(0, (struct sockaddr *)&local, &local_size) < 0 ||
	    getpeername(0, (struct sockaddr *)&remote, &remote_size) < 0)
		return -ENOENT;
	/* Another port: the daemon's own business (SMTP, a control socket), or ssh. */
	if (!is_mail_port(settings, port_of(&local)))
		return -ENOENT;
	return client_address_of_socket((struct sockaddr *)&remote, ret);
}

int peer_address(const pam_handle_t *pamh, const struct settings *settings,
		 struct client_address *ret, const char **ret_rhost)
{
	*ret_rhost = rhost_of(pamh);
	for (size_t i = 0; i < settings->peer_count; i++) {
		int error = -ENOENT;

		switch (settings->peers[i]) {
		case PEER_RHOST:
			error = peer_of_rhost(*ret_rhost, ret);
			break;
		case PEER_STDIN:
			error = peer_of_stdin(settings, ret);
			break;
		}
		if (error == 0)
			return 0;
	}
	return -ENOENT;
}
