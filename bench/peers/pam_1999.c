/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_1999 - peer A as a PAM module that links libdb
 *
 *	session optional pam_1999.so TABLE STAMPS [LOCK]
 *
 * The daemon's patch became a module by nothing but a change of its caller.
 *
 * The listing opens the table before it locks it, and unlocks it before close writes:
 * with many writers it loses records and spoils the table. With LOCK, a file that is
 * locked around all of it, it is mended: what A would cost if it worked.
 */
#include "listing_1999.h"

#include <fcntl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stddef.h>
#include <sys/file.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

static int mended(const char *lock, const struct listing_1999 *listing,
		  const char *address, const char *user)
{
	int result = -1;
	const int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0 && flock(fd, LOCK_EX) == 0)
		result = listing_1999(listing, address, user);
	if (fd >= 0)
		(void)close(fd);
	return result;
}

EXPORTED int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc,
				 const char **argv)
{
	const void *address = NULL;
	const char *user = NULL;

	(void)flags;
	if (argc < 2 || pam_get_item(pamh, PAM_RHOST, &address) != PAM_SUCCESS ||
	    !address || pam_get_user(pamh, &user, NULL) != PAM_SUCCESS)
		return PAM_SESSION_ERR;
	const struct listing_1999 listing = { .table = argv[0], .stamps = argv[1] };
	const int result = argc > 2 ? mended(argv[2], &listing, address, user)
				    : listing_1999(&listing, address, user);
	return result == 0 ? PAM_SUCCESS : PAM_SESSION_ERR;
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
