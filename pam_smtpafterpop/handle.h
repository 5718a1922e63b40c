/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handle - what one PAM handle says and remembers
 *
 * Marks live in the handle (pam_set_data) and end with it: the module keeps no state
 * of its own, it is unloaded between logins.
 */
#pragma once

#include <security/pam_modules.h>
#include <stdbool.h>

struct client_address;

/* An item such as PAM_USER, or "". It is libpam's. */
const char *handle_item(const pam_handle_t *pamh, int item);

/* Another hook of this handle has done the work for this address; `*ret_failed` is
 * how that ended, for every hook has to answer the same. */
bool handle_is_done(const pam_handle_t *pamh, const struct client_address *client,
		    bool *ret_failed);
void handle_set_done(pam_handle_t *pamh, const struct client_address *client,
		     bool failed);

/* This handle went through pam_authenticate with us in its stack. */
void handle_set_authenticated(pam_handle_t *pamh);
bool handle_is_authenticated(const pam_handle_t *pamh);
