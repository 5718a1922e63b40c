/* SPDX-License-Identifier: BSD-2-Clause */
/* mute - a PAM conversation that answers no question: no stack of ours asks one */
#pragma once

#include <security/pam_appl.h>

extern const struct pam_conv mute;
