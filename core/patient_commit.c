/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/patient_commit.h"

#include "base/deadline.h"
#include "base/why.h"
#include "core/complaint.h"
#include "core/defer.h"
#include "core/job.h"
#include "core/settings.h"

#include <errno.h>

int trouble_once(const struct job *job, int error, struct commit_result *ret,
		 const struct why *why)
{
	ret->known_failure =
		!complaint_make(job->settings->run_dir, COMPLAINT_STATE, why->text);
	return error;
}

int commit_patiently(const struct job *job, const struct commit_lock *lock,
		     struct commit_result *ret, struct why *why)
{
	const struct commit_order order = { .lock = lock, .with_ending = true };
	unsigned round = 0;
	int error;

	/* A rebuild under way ends by itself: wait for it, within bounds. */
	do
		error = commit(job, &order, ret, why);
	while (error == -EBUSY && deadline_nap(job->deadline, &round));
	if (error == 0)
		return 0;
	ret->known_failure =
		!complaint_make(job->settings->run_dir, COMPLAINT_MAP, why->text);
	(void)defer_queue(job, NULL);
	return error;
}
