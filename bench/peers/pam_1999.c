/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_1999 - peer A as a PAM module that links libdb
 *
 *	session optional pam_1999.so TABLE STAMPS
 *
 * The daemon's patch became a module by nothing but a change of its caller.
 */
#include "listing_1999.h"

#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stddef.h>

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc,
				 const char **argv)
{
	const void *address = NULL;
	const char *user = NULL;

	(void)flags;
	if (argc != 2 || pam_get_item(pamh, PAM_RHOST, &address) != PAM_SUCCESS ||
	    !address || pam_get_user(pamh, &user, NULL) != PAM_SUCCESS)
		return PAM_SESSION_ERR;
	const struct listing_1999 listing = { .table = argv[0], .stamps = argv[1] };
	return listing_1999(&listing, address, user) == 0 ? PAM_SUCCESS : PAM_SESSION_ERR;
}

EXPORTED int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc,
				  const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}
