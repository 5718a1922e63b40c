/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_nothing - what it costs to load a module
 *
 * Does nothing. Built twice: linked with libpam alone, and with libdb too. The second
 * refers to libdb, or the linker would leave it out, but never calls it.
 */
#include <security/pam_modules.h>

#ifdef WITH_LIBDB
#include <db.h>
__attribute__((visibility("default"))) int (*const pam_nothing_refers)(
	DB **, DB_ENV *, u_int32_t) = db_create;
#endif

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc,
				 const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

EXPORTED int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc,
				  const char **argv)
{
	return pam_sm_open_session(pamh, flags, argc, argv);
}
