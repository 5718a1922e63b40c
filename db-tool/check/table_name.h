/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table_name - our table as Postfix names it: its type, and its path without a suffix
 */
#pragma once

#include "core/settings.h"

#define TABLE_NAME (SETTINGS_PATH + 32)

void table_name(const struct settings *settings, char name[static TABLE_NAME]);
