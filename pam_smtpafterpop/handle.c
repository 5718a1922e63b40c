/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_smtpafterpop/handle.h"

#include "core/client_address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DONE "pam_sap_done"
#define AUTHENTICATED "pam_sap_authenticated"
#define MARK (CLIENT_ADDRESS_TEXT + 1)

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

/* The mark of an address; of one that failed, with an F before it. */
static const char *print_mark(const struct client_address *client, bool failed,
			      char mark[static MARK])
{
	(void)snprintf(mark, MARK, "%s%s", failed ? "F" : "", client->text);
	return mark;
}

bool handle_is_done(const pam_handle_t *pamh, const struct client_address *client,
		    bool *ret_failed)
{
	char mark[MARK];
	const char *done = mark_of(pamh, DONE);

	*ret_failed = done && strcmp(done, print_mark(client, true, mark)) == 0;
	return *ret_failed || (done && strcmp(done, client->text) == 0);
}

void handle_set_done(pam_handle_t *pamh, const struct client_address *client, bool failed)
{
	char mark[MARK];

	set_mark(pamh, DONE, print_mark(client, failed, mark));
}

void handle_set_authenticated(pam_handle_t *pamh)
{
	set_mark(pamh, AUTHENTICATED, "yes");
}

bool handle_is_authenticated(const pam_handle_t *pamh)
{
	return mark_of(pamh, AUTHENTICATED) != NULL;
}
