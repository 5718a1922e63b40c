/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_smtpafterpop/login.h"

#include "base/deadline.h"
#include "base/why.h"
#include "core/complaint.h"
#include "core/escape.h"
#include "core/event.h"
#include "core/grant.h"
#include "core/job.h"
#include "core/lease.h"
#include "core/screen.h"
#include "core/settings.h"
#include "pam_smtpafterpop/answer.h"
#include "pam_smtpafterpop/handle.h"
#include "pam_smtpafterpop/peer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define SHOWN_RHOST 80
#define SHOWN_SERVICE 40
#define CONF "conf="
/* Leases, seal and complaints are smaller. */
#define LEAST_FILE_SIZE 16384

static const struct login_report quiet = { .kind = LOGIN_QUIET };

__attribute__((format(printf, 2, 3))) static struct login_report
report(enum login_kind kind, const char *format, ...)
{
	struct login_report made = { .kind = kind };
	va_list args;

	va_start(args, format);
	(void)vsnprintf(made.text, sizeof(made.text), format, args);
	va_end(args);
	return made;
}

/* First the file, which an argument may name, then the other arguments over it. */
static int load_settings(struct settings *settings, int argc, const char **argv,
			 struct why *why)
{
	const char *conf = NULL;
	int error;

	for (int i = 0; i < argc; i++)
		if (strncmp(argv[i], CONF, strlen(CONF)) == 0)
			conf = argv[i] + strlen(CONF);
	error = settings_load(settings, conf, why);
	for (int i = 0; i < argc && error == 0; i++)
		if (strncmp(argv[i], CONF, strlen(CONF)) != 0)
			error = settings_argument(settings, argv[i], why);
	return error;
}

/* Once for each service, whatever PAM_RHOST says this time. */
static struct login_report no_address(const pam_handle_t *pamh,
				      const struct settings *settings,
				      const struct why *why)
{
	char service[SHOWN_SERVICE], rhost[SHOWN_RHOST];
	struct timespec now = { 0 };
	const char *name = handle_item(pamh, PAM_SERVICE);
	const char *given = handle_item(pamh, PAM_RHOST);

	(void)escape_text(name, "", service, sizeof(service));
	(void)escape_text(given, "", rhost, sizeof(rhost));
	(void)clock_gettime(CLOCK_REALTIME, &now);
	const struct login_report made = report(
		LOGIN_WARNING, "no client address: service %s: %s", service, why->text);
	if (!complaint_make_address(settings->run_dir, name, now, made.text))
		return quiet;
	return rhost[0] == '\0' ? made
				: report(LOGIN_WARNING, "%s (PAM_RHOST is '%s')",
					 made.text, rhost);
}

static struct login_report once(const struct settings *settings,
				enum complaint_topic topic, struct login_report made)
{
	return complaint_make(settings->run_dir, topic, made.text) ? made : quiet;
}

static struct login_report report_outcome(const struct settings *settings, int outcome,
					  const struct lease *lease,
					  const struct why *why)
{
	const char *client = lease->client.text;

	if (why->text[0] != '\0')
		return report(LOGIN_ERROR, "%s not opened now for user %s: %s", client,
			      lease->user, why->text);
	switch (outcome) {
	case GRANT_RENEWED:
		return report(LOGIN_DEBUG, "renewed %s for user %s", client, lease->user);
	case GRANT_OWN:
		return report(LOGIN_DEBUG, "%s is never opened: an address of this host",
			      client);
	case GRANT_GONE:
		return report(LOGIN_DEBUG, "%s was taken out of the queue", client);
	case GRANT_TAKEN:
		return report(LOGIN_DEBUG, "a commit took the lease of %s", client);
	case GRANT_WAITING:
		return report(LOGIN_DEBUG, "%s waits for a commit", client);
	case GRANT_DEFERRED:
		return report(LOGIN_DEBUG, "%s waits until the map can be changed",
			      client);
	case GRANT_UNWATCHED:
		return once(settings, COMPLAINT_EXPIRY,
			    report(LOGIN_ERROR,
				   "nothing new is opened: `sapdb expire` has not run "
				   "within expiry_watch, so nothing would be closed; "
				   "start pam_sap-expire.timer"));
	case GRANT_FULL:
		return once(settings, COMPLAINT_FULL,
			    report(LOGIN_WARNING,
				   "nothing new is opened: max_leases = %ld is reached; "
				   "raise "
				   "it in pam_sap.conf if all of them are wanted",
				   settings->max_leases));
	default:
		return quiet;
	}
}

/* A state folder that cannot be used is said once. */
static int open_leases(const struct settings *settings, struct lease_dir *ret,
		       struct why *why)
{
	int error = lease_dir_open(settings->state_dir, ret, why);

	if (error == -ENOENT) {
		error = lease_dir_prepare(settings->state_dir, settings->queue_group,
					  why);
		if (error == 0)
			error = lease_dir_open(settings->state_dir, ret, why);
	}
	if (error < 0 && !complaint_make(settings->run_dir, COMPLAINT_STATE, why->text))
		why->text[0] = '\0';
	return error;
}

static struct login_report grant_to(pam_handle_t *pamh, const struct settings *settings,
				    const struct lease *lease,
				    const struct client_address *from)
{
	cleanup_lease_dir struct lease_dir leases = { .fd = -1 };
	const struct event_sink events = { answer_event, pamh };
	const struct job job = { .settings = settings,
				 .leases = &leases,
				 .now = lease->last_login,
				 .deadline = deadline_in(settings->wait_ms),
				 .events = &events,
				 .guest = true };
	struct rlimit size;
	struct why why = { 0 };

	/* A write beyond this limit would not fail but kill the host, by SIGXFSZ. */
	if (getrlimit(RLIMIT_FSIZE, &size) == 0 && size.rlim_cur < LEAST_FILE_SIZE)
		return report(LOGIN_ERROR,
			      "%s not opened: the daemon's limit of file size "
			      "(RLIMIT_FSIZE) is below %d bytes; raise LimitFSIZE= of "
			      "its unit",
			      from->text, LEAST_FILE_SIZE);
	int outcome = open_leases(settings, &leases, &why);
	if (outcome == 0)
		outcome = grant(&job, lease, from, &why);
	struct login_report made = report_outcome(settings, outcome, lease, &why);
	made.fail = settings->fail_on_error &&
		    (outcome < 0 || outcome == GRANT_UNWATCHED ||
		     outcome == GRANT_WAITING || outcome == GRANT_DEFERRED);
	return made;
}

/* The address is known and the service ours: everything else is core's. */
static struct login_report open_to(pam_handle_t *pamh, const struct settings *settings,
				   const struct client_address *from)
{
	struct client_address client = *from;
	struct timespec now = { 0 };
	struct lease lease;

	const char *never = screen_client(settings, from);
	if (never)
		return report(LOGIN_DEBUG, "%s is never opened: %s", from->text, never);
	client_address_mask_ipv6(&client, (unsigned)settings->ipv6_prefix);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	lease_make(&lease, &client, handle_item(pamh, PAM_USER),
		   handle_item(pamh, PAM_SERVICE), now);
	return grant_to(pamh, settings, &lease, from);
}

struct login_report login_happened(pam_handle_t *pamh, int argc, const char **argv)
{
	const char *service = handle_item(pamh, PAM_SERVICE);
	struct client_address from;
	struct settings settings;
	struct why why = { 0 };

	if (load_settings(&settings, argc, argv, &why) < 0) {
		struct login_report made =
			report(LOGIN_ERROR, "nothing is opened: %s", why.text);
		/* As far as it was read before the mistake. */
		made.fail = settings.fail_on_error;
		return made;
	}
	if (!settings_serve(&settings, service))
		return quiet;
	if (peer_address(pamh, &settings, &from, &why) < 0)
		return no_address(pamh, &settings, &why);
	struct login_report made = quiet;
	if (handle_is_done(pamh, &from, &made.fail))
		return made;

	made = open_to(pamh, &settings, &from);
	handle_set_done(pamh, &from, made.fail);
	if (made.kind == LOGIN_DEBUG && !settings.debug)
		made.kind = LOGIN_QUIET;
	return made;
}
