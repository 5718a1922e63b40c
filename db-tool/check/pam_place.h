/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_place - files of PAM in which a line of ours does not belong
 */
#pragma once

#include <stdbool.h>

/* common-account, system-auth and their like, and `other`: every service comes to it. */
bool pam_file_is_shared(const char *file);
