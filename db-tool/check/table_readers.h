/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table_readers - may the mail server's own user open the table?
 */
#pragma once

#include <stdbool.h>

/* Everybody may read it, or root or `user` ("" = nobody else) owns it and may. True also
 * for what cannot be looked at. */
bool table_is_read_by(const char *path, const char *user);

/* `user` alone: as owner, by one of his groups, or as anybody. */
bool table_is_read_as(const char *path, const char *user);
