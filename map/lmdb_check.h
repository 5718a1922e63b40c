/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lmdb_check - whether libmdb may walk through this file and change it
 *
 * libmdb believes every number that stands in a file; a wrong one is a read or a write
 * anywhere in the host's memory, or abort(). This walks both trees by pread alone:
 *
 *	each page is inside the file and is reached once; the free ones are in no tree
 *	kind, bounds and order of what stands in it are as libmdb writes them
 *	all leaves are equally deep, the keys ascend, the entries are as many as said
 *
 * Any bytes are fine: it ends with 0 or -EBADMSG, after one look at each page at most.
 * To be called with the lock held: what is written meanwhile looks like damage.
 */
#pragma once

#include "map/lmdb_meta.h"

/* -EBADMSG: `*ret_fault` completes "it is damaged: ..."; a constant text. */
int lmdb_check(const struct lmdb_extent *extent, const char **ret_fault);
