/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uw_daemon - a POP3 daemon of the UW and qpopper kind, for inetd
 *
 *	uw_daemon [-q] [-s SERVICE] [-r RHOST]
 *
 * Speaks on descriptors 0 and 1 what a client needs to log in: USER, PASS, STAT, LIST,
 * UIDL, NOOP, QUIT; the mailbox is always empty. What matters are its PAM calls:
 *
 * UW ipop3d (the default; SERVICE is `pop`): start, PAM_RHOST, authenticate, acct_mgmt,
 * setcred(ESTABLISH). Then it becomes the user. On failure, and as the user at logout:
 * setcred(DELETE), end(PAM_SUCCESS).
 *
 * qpopper 4 (-q; SERVICE is `qpopper`): start, authenticate, acct_mgmt,
 * setcred(ESTABLISH), and only then PAM_TTY, the client's number, and PAM_RHOST, its
 * name; end(PAM_SUCCESS) at once, on failure too. Then it becomes the user.
 *
 * RHOST is `numeric` (the default of UW: the client's address), `none`, or a text to be
 * set as it is: UNKNOWN, which UW says when it has no address, or a host name such as
 * client.example.org (the default of -q).
 *
 * In /etc/inetd.conf:
 *
 *	pop3 stream tcp nowait root /usr/local/sbin/uw_daemon uw_daemon -r UNKNOWN
 */
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE 512

struct daemon {
	bool qpopper;
	const char *service, *rhost;
	char client[NI_MAXHOST];
	char user[LINE];
	pam_handle_t *pamh; /* UW's, until logout */
	bool inside;
};

/* Every question is for the password. */
static int give_password(int count, const struct pam_message **message,
			 struct pam_response **response, void *password)
{
	struct pam_response *answers = calloc((size_t)count, sizeof(*answers));

	if (!answers)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (message[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			answers[i].resp = strdup(password);
	*response = answers;
	return PAM_SUCCESS;
}

static const char *client_address(struct daemon *daemon)
{
	struct sockaddr_storage client = { 0 };
	socklen_t size = sizeof(client);

	if (getpeername(STDIN_FILENO, (struct sockaddr *)&client, &size) < 0 ||
	    getnameinfo((struct sockaddr *)&client, size, daemon->client,
			sizeof(daemon->client), NULL, 0, NI_NUMERICHOST) != 0)
		return "UNKNOWN";
	return daemon->client;
}

static int set_rhost(struct daemon *daemon)
{
	if (strcmp(daemon->rhost, "none") == 0)
		return PAM_SUCCESS;
	return pam_set_item(daemon->pamh, PAM_RHOST,
			    strcmp(daemon->rhost, "numeric") == 0 ? client_address(daemon)
								  : daemon->rhost);
}

static bool uw_log_in(struct daemon *daemon)
{
	return set_rhost(daemon) == PAM_SUCCESS &&
	       pam_authenticate(daemon->pamh, 0) == PAM_SUCCESS &&
	       pam_acct_mgmt(daemon->pamh, 0) == PAM_SUCCESS &&
	       pam_setcred(daemon->pamh, PAM_ESTABLISH_CRED) == PAM_SUCCESS;
}

static bool qpopper_log_in(struct daemon *daemon)
{
	return pam_authenticate(daemon->pamh, 0) == PAM_SUCCESS &&
	       pam_acct_mgmt(daemon->pamh, 0) == PAM_SUCCESS &&
	       pam_setcred(daemon->pamh, PAM_ESTABLISH_CRED) == PAM_SUCCESS &&
	       pam_set_item(daemon->pamh, PAM_TTY, client_address(daemon)) ==
		       PAM_SUCCESS &&
	       set_rhost(daemon) == PAM_SUCCESS;
}

static void clean_up(struct daemon *daemon)
{
	if (!daemon->pamh)
		return;
	if (!daemon->qpopper)
		(void)pam_setcred(daemon->pamh, PAM_DELETE_CRED);
	(void)pam_end(daemon->pamh, PAM_SUCCESS);
	daemon->pamh = NULL;
}

static bool become(const char *user)
{
	const struct passwd *entry = getpwnam(user);

	return entry && initgroups(user, entry->pw_gid) == 0 &&
	       setgid(entry->pw_gid) == 0 && setuid(entry->pw_uid) == 0;
}

static bool log_in(struct daemon *daemon, char *password)
{
	const struct pam_conv conv = { give_password, password };

	if (pam_start(daemon->service, daemon->user, &conv, &daemon->pamh) != PAM_SUCCESS)
		return false;
	const bool right = daemon->qpopper ? qpopper_log_in(daemon) : uw_log_in(daemon);
	if (!right || daemon->qpopper)
		clean_up(daemon);
	return right && become(daemon->user);
}

static void say(const char *line)
{
	(void)fputs(line, stdout);
	(void)fputs("\r\n", stdout);
	(void)fflush(stdout);
}

static void answer_pass(struct daemon *daemon, char *password)
{
	if (daemon->user[0] == '\0' || daemon->inside) {
		say("-ERR not now");
		return;
	}
	daemon->inside = log_in(daemon, password);
	say(daemon->inside ? "+OK 0 messages" : "-ERR wrong user name or password");
}

/* False at the end. */
static bool answer(struct daemon *daemon, char *line)
{
	if (strcasecmp(line, "QUIT") == 0) {
		clean_up(daemon);
		say("+OK bye");
		return false;
	}
	if (strncasecmp(line, "USER ", 5) == 0) {
		(void)snprintf(daemon->user, sizeof(daemon->user), "%s", line + 5);
		say("+OK");
	} else if (strncasecmp(line, "PASS ", 5) == 0) {
		answer_pass(daemon, line + 5);
	} else if (strcasecmp(line, "NOOP") == 0) {
		say("+OK");
	} else if (daemon->inside && strcasecmp(line, "STAT") == 0) {
		say("+OK 0 0");
	} else if (daemon->inside &&
		   (strcasecmp(line, "LIST") == 0 || strcasecmp(line, "UIDL") == 0)) {
		say("+OK\r\n.");
	} else {
		say("-ERR unknown command");
	}
	return true;
}

static struct daemon from_arguments(int argc, char **argv)
{
	struct daemon daemon = { 0 };
	int option;

	while ((option = getopt(argc, argv, "qs:r:")) != -1) {
		if (option == 'q')
			daemon.qpopper = true;
		else if (option == 's')
			daemon.service = optarg;
		else if (option == 'r')
			daemon.rhost = optarg;
		else
			exit(2);
	}
	if (!daemon.service)
		daemon.service = daemon.qpopper ? "qpopper" : "pop";
	if (!daemon.rhost)
		daemon.rhost = daemon.qpopper ? "client.example.org" : "numeric";
	return daemon;
}

int main(int argc, char **argv)
{
	struct daemon daemon = from_arguments(argc, argv);
	char line[LINE];

	say("+OK ready");
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\r\n")] = '\0';
		if (!answer(&daemon, line))
			return 0;
	}
	clean_up(&daemon);
	return 0;
}
