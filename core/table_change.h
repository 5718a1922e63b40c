/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table_change - open and close one client in a table that is being changed
 *
 * The only two functions that put or remove records of ours. Neither touches a static
 * record, whatever the caller believes.
 */
#pragma once

#include "core/verdict.h"

/*
 * Make the table let `client` relay, unless the administrator decided about it; then
 * a record of ours goes. 1 = the table was changed, 0 = it was right already.
 */
int table_open_client(const struct table *table, const struct record_form *form,
		      const struct client_address *client, struct verdict *ret,
		      struct why *why);

/* Remove our record and its marker, in whatever form it was written; a marker whose
 * record has another value goes alone. 1 = changed */
int table_close_client(const struct table *table, const struct record_form *form,
		       const struct client_address *client, struct why *why);
