/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_smtpafterpop/answer.h"

#include "core/event.h"

#include <security/pam_ext.h>
#include <syslog.h>

static int priority_of(enum login_kind kind)
{
	switch (kind) {
	case LOGIN_ERROR:
		return LOG_ERR;
	case LOGIN_WARNING:
		return LOG_WARNING;
	case LOGIN_NOTICE:
		return LOG_NOTICE;
	case LOGIN_DEBUG:
	case LOGIN_QUIET:
		break;
	}
	return LOG_DEBUG;
}

int answer(pam_handle_t *pamh, struct login_report report)
{
	if (report.kind != LOGIN_QUIET)
		pam_syslog(pamh, priority_of(report.kind), "%s", report.text);
	return report.fail ? PAM_SESSION_ERR : PAM_SUCCESS;
}

void answer_event(const void *context, const struct event *event)
{
	char text[EVENT_TEXT];

	pam_syslog(context, event_is_warning(event->kind) ? LOG_WARNING : LOG_NOTICE,
		   "%s", event_text(event, text));
}
