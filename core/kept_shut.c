/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/kept_shut.h"

#include "core/blocks.h"
#include "core/job.h"
#include "core/settings.h"

bool kept_shut_by(const struct job *job, const struct blocks *blocks,
		  const struct lease *lease)
{
	char detail[BLOCK_TEXT];

	const struct block *block =
		blocks_cover(blocks, lease, (unsigned)job->settings->ipv6_prefix);
	if (block)
		job_tell(job, EVENT_BLOCKED, lease,
			 block_tell(block, " is blocked", detail));
	return block != NULL;
}

int kept_shut(const struct job *job, const struct lease *lease, struct why *why)
{
	cleanup_blocks struct blocks blocks = { 0 };

	const int error = blocks_read(job->leases, job->now.tv_sec, &blocks, why);
	return error < 0 ? error : kept_shut_by(job, &blocks, lease);
}
