/* SPDX-License-Identifier: BSD-2-Clause */
/* The second half of shadow_file.h: from a finished copy to a retired base. */
#include "base/deadline.h"
#include "base/why.h"
#include "map/exchange_note.h"
#include "map/file_lock.h"
#include "map/map.h"
#include "map/shadow_file.h"
#include "map/shadow_steps.h"

#include <errno.h>
#include <fcntl.h>

/* Each round needs one more `mv` by somebody else within microseconds. */
#define EXCHANGE_ROUNDS 100

/* sendmail opens a table in a quarter of a millisecond; a reader may be slow, or many. */
#define GAP_WAIT_MS 5

/*
 * A foreign file came out: it was moved over the map after we had copied. It gets the
 * path again, and so does each still newer one, until what comes out is what we put
 * in last.
 */
static int put_back(const struct shadow_file *shadow, struct stat *came_out,
		    struct why *why)
{
	ino_t put_in = shadow->copy.st_ino;

	for (int i = 0; i < EXCHANGE_ROUNDS; i++) {
		const struct swap swap = { .ours = shadow->copy.st_ino,
					   .in = came_out->st_ino,
					   .out = put_in };
		int error = shadow_swap(shadow, swap, why);
		if (error == 0)
			error = shadow_stat_copy(shadow, came_out, why);
		if (error < 0)
			return error;
		if (came_out->st_ino == swap.out)
			return shadow_drop_copy(shadow, why);
		put_in = swap.in;
	}
	return why_say(why, -EBUSY, "%s is being replaced again and again",
		       shadow->name.file);
}

static bool is_the_base(const struct shadow_file *shadow, const struct stat *found)
{
	/* Not the ctime: the exchange itself changes it. */
	return found->st_ino == shadow->base.st_ino &&
	       found->st_dev == shadow->base.st_dev &&
	       found->st_size == shadow->base.st_size &&
	       found->st_mtim.tv_sec == shadow->base.st_mtim.tv_sec &&
	       found->st_mtim.tv_nsec == shadow->base.st_mtim.tv_nsec;
}

/* The base is no table any more: tell its readers and whoever waits for its lock. */
static int retire(struct shadow_file *shadow, struct why *why)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
					   shadow_bumped(shadow->base.st_mtim) };
	const bool marked = spares_mark(&shadow->spares, shadow);
	struct map_identity table;

	/* By descriptor, since it must be this inode that its readers have open. */
	if (futimens(shadow->base_fd, times) < 0)
		return why_set(why, -errno, "cannot date the retired %s",
			       shadow->name.file);
	const bool kept = marked && spares_keep(&shadow->spares, shadow);
	const int cleared = kept ? exchange_note_clear(shadow->note_fd, why)
				 : shadow_unlink_copy(shadow, why);
	/* Its readers may go on, and a rebuilder that waited sees that it is retired. */
	file_unlock(shadow->base_fd);
	if (kept && cleared == 0 && shadow_identify(shadow, &table, NULL) == 0)
		spares_note(&shadow->spares, &table);
	return cleared;
}

/* -EBUSY: a rebuild has begun instead, or is about to. */
static int wait_for_gap(const struct shadow_file *shadow, struct why *why)
{
	const struct timespec deadline = deadline_in(GAP_WAIT_MS);
	unsigned round = 0;
	int alone;

	do {
		/* One that came since the copy was begun would fail for nothing. Before
		 * we ask for the lock: that wakes it, and until it has run it does not
		 * show. */
		if (file_lock_awaited(shadow->base_fd, &shadow->base))
			return why_say(why, -EBUSY, "a rebuild of %s waits for its lock",
				       shadow->name.path);
		alone = file_lock_alone(shadow->base_fd);
	} while (alone == 0 && deadline_nap(deadline, &round));
	return alone >= 0 ? 0
			  : why_set(why, alone, "%s is being rebuilt", shadow->name.path);
}

int shadow_exchange(struct shadow_file *shadow, struct why *why)
{
	const struct swap swap = { .ours = shadow->copy.st_ino,
				   .in = shadow->copy.st_ino,
				   .out = shadow->base.st_ino };
	struct stat came_out;

	int error = wait_for_gap(shadow, why);
	if (error == 0)
		error = shadow_swap(shadow, swap, why);
	if (error < 0)
		return error;
	shadow->exchanged = true;
	error = shadow_stat_copy(shadow, &came_out, why);
	if (error < 0)
		return error;

	if (!is_the_base(shadow, &came_out)) {
		error = put_back(shadow, &came_out, why);
		return error < 0 ? error
				 : why_say(why, -EAGAIN, "%s was replaced meanwhile",
					   shadow->name.file);
	}
	return retire(shadow, why);
}
