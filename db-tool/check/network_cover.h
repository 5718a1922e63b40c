/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * network_cover - whether a list of networks leaves out nobody of another network
 */
#pragma once

#include "core/networks.h"

#include <stdbool.h>

/* Also when it takes several of the list together. */
bool networks_cover(const struct networks *networks, const struct network *wanted);

/* Every address of a family, AF_INET or AF_INET6. */
bool networks_cover_family(const struct networks *networks, unsigned char family);
