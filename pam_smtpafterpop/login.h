/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * login - a login has succeeded: who it was and from where, and whether that opens
 *
 * The module's way from a PAM handle to core's grant(). Once for each handle and
 * address, however many hooks are stacked. A guest in somebody else's process: no
 * fork, thread, signal, umask, environment, static state; every descriptor is closed
 * when it returns.
 */
#pragma once

#include <security/pam_modules.h>
#include <stdbool.h>

#define LOGIN_TEXT 1100

enum login_kind {
	LOGIN_QUIET, /* nothing to say */
	LOGIN_DEBUG, /* to be said with `debug` */
	LOGIN_NOTICE,
	LOGIN_WARNING, /* nothing was opened, as it should be: the text says why */
	LOGIN_ERROR,   /* nothing was opened, and that is our fault or the host's */
};

/* What is to be logged and answered (answer.h). */
struct login_report {
	enum login_kind kind;
	bool fail; /* on_error=fail, and there was an error */
	char text[LOGIN_TEXT];
};

struct login_report login_happened(pam_handle_t *pamh, int argc, const char **argv);
