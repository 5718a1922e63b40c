/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peer_cure - no resolver found the client: what to set, as far as it can be seen
 *
 * Looks whether a resolver that the setting `peer` does not name would have a chance,
 * and whether descriptor 0 has a port that is not in `ports`. Looks at this process
 * only, and changes nothing.
 */
#pragma once

#include <stddef.h>

struct settings;

/* A sentence without its full stop; "see pam_sap(8), CLIENT ADDRESS" when nothing
 * better is known. */
void peer_cure(const struct settings *settings, char *ret, size_t room);
