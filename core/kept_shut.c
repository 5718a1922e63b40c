/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/kept_shut.h"

#include "core/blocks.h"
#include "core/job.h"
#include "core/settings.h"

int kept_shut(const struct job *job, const struct lease *lease, struct why *why)
{
	cleanup_blocks struct blocks blocks = { 0 };
	char detail[BLOCK_TEXT];

	const int error = blocks_read(job->leases, job->now.tv_sec, &blocks, why);
	if (error < 0)
		return error;
	const struct block *block =
		blocks_cover(&blocks, lease, (unsigned)job->settings->ipv6_prefix);
	if (!block)
		return 0;
	job_tell(job, EVENT_BLOCKED, lease, block_tell(block, " is blocked", detail));
	return 1;
}
