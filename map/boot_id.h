/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_id - which boot this is, for files that mean nothing in the next one
 */
#pragma once

#include <stdbool.h>

#define BOOT_ID 36

/* No NUL behind it. false: the kernel does not tell (no /proc, or a part of it only). */
bool boot_id_read(char ret[static BOOT_ID]);
