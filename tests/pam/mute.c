/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/pam/mute.h"

#include <stddef.h>

static int refuse_to_talk(int count, const struct pam_message **message,
			  struct pam_response **response, void *data)
{
	(void)count;
	(void)message;
	(void)response;
	(void)data;
	return PAM_CONV_ERR;
}

const struct pam_conv mute = { refuse_to_talk, NULL };
