/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fresh_look - what a table says to a reader who just came
 *
 * Who has had it open for a while may have pages of an older content in his cache.
 */
#pragma once

#include "sendmail_table.h"

#define FRESH_TEXT 32

/* In the open file `fd`, which the caller has locked; a longer value is cut. */
enum answer fresh_look(int fd, const char *key, char ret_value[static FRESH_TEXT]);
