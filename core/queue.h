/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * queue - what a login has to know of pending/ before it joins it
 */
#pragma once

#include <stdbool.h>

struct job;

/* An entry has waited longer than `wait`: whoever should commit it does not, and
 * nobody else is to wait in vain. Stops at the first such entry. */
bool queue_is_stuck(const struct job *job);

/* The leases that the map shows and those that wait, also in deferred/, have reached
 * max_leases. While nobody knows what it shows, those that wait alone: whatever is wrong
 * with the map, a flood of addresses fills no disk. */
bool queue_is_full(const struct job *job);
