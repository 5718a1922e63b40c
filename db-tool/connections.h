/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connections - the kernel's answer to who is connected (sock_diag(7))
 *
 * Of this network namespace, and of established TCP connections alone. The peer of a
 * socket that serves IPv4 and IPv6 may be an IPv4-mapped address.
 */
#pragma once

#include "core/hold.h"

/* A changing list is asked for anew, a few times. -EINTR: it never stood still. Where the
 * kernel has no tcp_diag: -ENOENT. */
extern const struct connection_source connections_of_kernel;
