/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kept_shut - ask the blocks about one lease, and tell that it is not opened
 */
#pragma once

#include <stdbool.h>

struct blocks;
struct job;
struct lease;
struct why;

/* 1: it is blocked, and that was told as an event. 0: it is not. Else nobody knows:
 * blocks_read(). */
int kept_shut(const struct job *job, const struct lease *lease, struct why *why);

/* The same by blocks that were read before: whether it is. */
bool kept_shut_by(const struct job *job, const struct blocks *blocks,
		  const struct lease *lease);
