/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_sap - SMTP after POP for any PAM-aware mail daemon: the six entry points
 *
 *	session	open_session grants; close_session, which daemons call at once, does
 *		nothing. PAM_SUCCESS: as the only session module, PAM_IGNORE or an error
 *		would make libpam refuse the login.
 *	account	acct_mgmt grants. PAM_IGNORE: it never votes.
 *	auth	setcred grants, for PAM_ESTABLISH_CRED after an authenticate of the same
 *		handle only (others delete or refresh credentials, or call it at
 *		logout). PAM_IGNORE: never a vote, so `sufficient` opens no door.
 *
 * Whatever goes wrong, the login passes; on_error=fail makes open_session say so.
 */
#include "pam_smtpafterpop/answer.h"
#include "pam_smtpafterpop/handle.h"
#include "pam_smtpafterpop/login.h"

#include <security/pam_modules.h>

#define UNUSED __attribute__((unused))

/* Nothing is decided here: the stack's result is not known yet. */
int pam_sm_authenticate(pam_handle_t *pamh, UNUSED int flags, UNUSED int argc,
			UNUSED const char **argv)
{
	handle_set_authenticated(pamh);
	return PAM_IGNORE;
}

int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const unsigned what = (unsigned)flags & ~PAM_SILENT;

	if ((what == 0 || what == PAM_ESTABLISH_CRED) && handle_is_authenticated(pamh))
		(void)answer(pamh, login_happened(pamh, argc, argv));
	return PAM_IGNORE;
}

int pam_sm_acct_mgmt(pam_handle_t *pamh, UNUSED int flags, int argc, const char **argv)
{
	(void)answer(pamh, login_happened(pamh, argc, argv));
	return PAM_IGNORE;
}

int pam_sm_open_session(pam_handle_t *pamh, UNUSED int flags, int argc, const char **argv)
{
	return answer(pamh, login_happened(pamh, argc, argv));
}

int pam_sm_close_session(UNUSED pam_handle_t *pamh, UNUSED int flags, UNUSED int argc,
			 UNUSED const char **argv)
{
	return PAM_SUCCESS;
}

int pam_sm_chauthtok(UNUSED pam_handle_t *pamh, UNUSED int flags, UNUSED int argc,
		     UNUSED const char **argv)
{
	return PAM_IGNORE;
}
