/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/mail_daemon.h"

#include "db-tool/check/probe.h"

#include <stdio.h>

static const struct mail_daemon daemons[] = {
	{ "Dovecot", { "/usr/sbin/dovecot" }, { "dovecot" }, false },
	{ "Courier",
	  { "/usr/lib/courier/courier-authlib/authdaemond",
	    "/usr/libexec/courier-authlib/authdaemond", "/usr/sbin/authdaemond" },
	  { "pop3", "imap" },
	  false },
	{ "Cyrus",
	  { "/usr/lib/cyrus/bin/imapd", "/usr/lib/cyrus-imapd/imapd",
	    "/usr/libexec/cyrus-imapd/imapd" },
	  { "pop", "imap" },
	  false },
	/* Courier has a pop3d in /usr/sbin, too. */
	{ "Mailutils",
	  { "/usr/sbin/imap4d", "/usr/share/doc/mailutils-pop3d" },
	  { "mailutils" },
	  true },
	{ "popa3d", { "/usr/sbin/popa3d" }, { "popa3d" }, false },
	{ "solid-pop3d", { "/usr/sbin/solid-pop3d" }, { "solid-pop3d" }, true },
	{ "solid-pop3d", { "/usr/sbin/spop3d" }, { "spop3d" }, true },
	{ "UW imapd", { "/usr/sbin/ipop3d" }, { "pop", "imap" }, true },
	{ "tpop3d", { "/usr/sbin/tpop3d" }, { "tpop3d" }, false },
};

const struct mail_daemon *mail_daemon_at(size_t index)
{
	return index < sizeof(daemons) / sizeof(daemons[0]) ? &daemons[index] : NULL;
}

bool mail_daemon_is_here(const struct mail_daemon *daemon)
{
	for (size_t i = 0; daemon->places[i]; i++)
		if (is_there(daemon->places[i]))
			return true;
	return false;
}

bool mail_daemon_is_dovecot(const struct mail_daemon *daemon)
{
	return daemon == &daemons[0];
}

bool mail_daemon_service(const struct mail_daemon *daemon,
			 const struct dovecot_conf *dovecot, size_t index,
			 char service[static DOVECOT_WORD])
{
	if (mail_daemon_is_dovecot(daemon) && dovecot->known)
		return dovecot_conf_service(dovecot, index, service);
	if (index >= MAIL_SERVICES || !daemon->service[index])
		return false;
	(void)snprintf(service, DOVECOT_WORD, "%s", daemon->service[index]);
	return true;
}
