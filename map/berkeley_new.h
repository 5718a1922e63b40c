/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * berkeley_new - an empty hash or btree table where there is none (map.h, create)
 */
#pragma once

struct map_place;
struct why;

int berkeley_new_hash(const struct map_place *place, struct why *why);
int berkeley_new_btree(const struct map_place *place, struct why *why);
