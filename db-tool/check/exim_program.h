/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exim_program - Debian calls it exim4
 */
#pragma once

/* NULL: none is installed */
const char *exim_program(void);
