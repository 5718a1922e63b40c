/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_smtpafterpop/peer.h"

#include "base/why.h"
#include "core/client_address.h"
#include "core/settings.h"
#include "pam_smtpafterpop/handle.h"
#include "pam_smtpafterpop/mail_socket.h"
#include "pam_smtpafterpop/peer_cure.h"
#include "pam_smtpafterpop/peer_fds.h"
#include "pam_smtpafterpop/peer_unix.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int peer_of_rhost(const pam_handle_t *pamh, struct client_address *ret,
			 struct why *why)
{
	const char *rhost = handle_item(pamh, PAM_RHOST);

	if (rhost[0] == '\0')
		return why_say(why, -ENOENT, "the daemon sets no PAM_RHOST");
	if (client_address_parse_remote(rhost, ret) < 0)
		return why_say(why, -ENOENT, "PAM_RHOST is no numeric address");
	return 0;
}

static int ask(enum peer peer, const pam_handle_t *pamh, const struct settings *settings,
	       struct client_address *ret, struct why *why)
{
	switch (peer) {
	case PEER_RHOST:
		return peer_of_rhost(pamh, ret, why);
	case PEER_STDIN:
		return mail_socket_peer(0, "descriptor 0", settings, ret, why);
	case PEER_FDS:
		return peer_of_fds(settings, ret, why);
	case PEER_UNIX:
		return peer_of_unix(settings, ret, why);
	}
	return why_say(why, -ENOENT, "there is no such resolver");
}

static void add(struct why *why, const char *name, const char *reason)
{
	const size_t length = strlen(why->text);

	(void)snprintf(why->text + length, sizeof(why->text) - length, "%s: %s; ", name,
		       reason);
}

int peer_address(const pam_handle_t *pamh, const struct settings *settings,
		 struct client_address *ret, struct why *why)
{
	why->text[0] = '\0';
	for (size_t i = 0; i < settings->peer_count; i++) {
		const enum peer peer = settings->peers[i];
		struct why one = { 0 };

		if (ask(peer, pamh, settings, ret, &one) == 0) {
			why->text[0] = '\0';
			return 0;
		}
		add(why, settings_peer_name(peer), one.text);
	}
	const size_t length = strlen(why->text);
	peer_cure(settings, why->text + length, sizeof(why->text) - length);
	why->error = -ENOENT;
	return -ENOENT;
}
