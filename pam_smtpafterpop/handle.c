/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_smtpafterpop/handle.h"

#include "core/client_address.h"

#include <stdlib.h>
#include <string.h>

#define DONE "pam_sap_done"
#define AUTHENTICATED "pam_sap_authenticated"

const char *handle_item(const pam_handle_t *pamh, int item)
{
	const void *value = NULL;

	if (pam_get_item(pamh, item, &value) != PAM_SUCCESS || !value)
		return "";
	return value;
}

static void free_mark(pam_handle_t *pamh, void *mark, int status)
{
	(void)pamh;
	(void)status;
	free(mark);
}

static void set_mark(pam_handle_t *pamh, const char *name, const char *text)
{
	char *mark = strdup(text);

	if (mark && pam_set_data(pamh, name, mark, free_mark) != PAM_SUCCESS)
		free(mark);
}

static const char *mark_of(const pam_handle_t *pamh, const char *name)
{
	const void *mark = NULL;

	return pam_get_data(pamh, name, &mark) == PAM_SUCCESS ? mark : NULL;
}

bool handle_is_done(const pam_handle_t *pamh, const struct client_address *client)
{
	const char *done = mark_of(pamh, DONE);

	return done && strcmp(done, client->text) == 0;
}

void handle_set_done(pam_handle_t *pamh, const struct client_address *client)
{
	set_mark(pamh, DONE, client->text);
}

void handle_set_authenticated(pam_handle_t *pamh)
{
	set_mark(pamh, AUTHENTICATED, "yes");
}

bool handle_is_authenticated(const pam_handle_t *pamh)
{
	return mark_of(pamh, AUTHENTICATED) != NULL;
}
