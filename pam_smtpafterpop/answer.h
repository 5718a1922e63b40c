/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answer - the one place where the module logs and makes a PAM code
 *
 * By pam_syslog, which adds "pam_sap(service:type)" and takes the facility authpriv.
 */
#pragma once

#include "pam_smtpafterpop/login.h"

struct event;

/* Log the report. PAM_SUCCESS, or PAM_SESSION_ERR with on_error=fail and an error. */
int answer(pam_handle_t *pamh, struct login_report report);

/* Log an event of a commit that this login made; `context` is the pam_handle_t. */
void answer_event(const void *context, const struct event *event);
