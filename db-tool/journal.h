/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal - an event with its fields (log.h), to systemd's journal
 */
#pragma once

struct event;

/* As a line of syslog with this priority, ident and facility would stand there. -ENOSYS:
 * built without libsystemd; another negative errno: there is no journal here. */
int journal_send(const struct event *event, const char *text, int priority);
