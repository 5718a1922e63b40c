/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics - sapdb metrics, and the file that the timer leaves for node_exporter
 */
#pragma once

struct leases;
struct tool;

/* Replaces the setting metrics_file, where there is one. When that fails it is said on
 * stderr, once while it lasts, and nothing else comes of it. */
void metrics_leave(const struct tool *tool, const struct leases *leases);
