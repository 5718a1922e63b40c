/* SPDX-License-Identifier: BSD-2-Clause */
/* A change is all or nothing, and those who have the old table open are told. */
#include "map_contract.h"

#include "base/cleanup.h"
#include "base/deadline.h"
#include "map/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NOBODY 65534
#define FUTURE 4000000000L
#define WAIT_MS 20000 /* for another process; never used up */
#define XATTR "user.pam_sap_test"
#define WITH_NEW "10=REJECT\n192.0.2.1=RELAY\n192.0.2.7=RELAY\nexample.org=550 no\n"
#define NEW_ALONE "192.0.2.7=RELAY\n"

static int commit(struct contract *contract)
{
	return contract->backend->commit(contract->map, NULL);
}

static void check_with_new(const char *label, const struct contract *contract)
{
	check_content(label, contract, contract->kind->filled ? WITH_NEW : NEW_ALONE);
}

static void invisible_before_commit_visible_then(struct contract *contract)
{
	const struct map_place reading = { .path = contract->path, .note_fd = -1 };
	struct map *reader = NULL;
	struct map_entry entry;

	contract_begin(contract);
	contract_put(contract, "192.0.2.7", "RELAY");
	check_unchanged("before", contract);
	check_int("a second reader opens",
		  contract->backend->open(&reading, &reader, NULL), 0);
	check_int("and sees nothing",
		  contract->backend->get(reader, "192.0.2.7", &entry, NULL), 0);
	check_int("commit", commit(contract), 0);
	check_with_new("after", contract);
	check_no_stray("after", contract);
	/* The reader's own table is the old one, whole. */
	check_int("his table stays",
		  contract->backend->get(reader, "192.0.2.7", &entry, NULL), 0);
	reader = contract->backend->close(reader);
	check_int("a third reader opens",
		  contract->backend->open(&reading, &reader, NULL), 0);
	check_int("and sees it",
		  contract->backend->get(reader, "192.0.2.7", &entry, NULL), 1);
	reader = contract->backend->close(reader);
}

static void abandoned_nothing_is_left(struct contract *contract)
{
	const ino_t before = scratch_stat(contract->path).st_ino;

	contract_begin(contract);
	contract_put(contract, "192.0.2.7", "RELAY");
	contract->backend->abandon(contract->map);
	check_no_stray("abandoned", contract);
	check_unchanged("abandoned", contract);
	check_int("same file", scratch_stat(contract->path).st_ino, before);
	check_int("same time", scratch_stat(contract->path).st_mtime, LONG_AGO);
	/* And it can begin anew. */
	assert_int_equal(contract->backend->begin(contract->map, NULL), 0);
	contract_put(contract, "192.0.2.7", "RELAY");
	check_int("commit", commit(contract), 0);
	check_with_new("after", contract);
}

static void closed_without_commit_nothing_is_left(struct contract *contract)
{
	contract_begin(contract);
	contract_put(contract, "192.0.2.7", "RELAY");
	contract_close(contract);
	check_no_stray("closed", contract);
	check_unchanged("closed", contract);
}

static void put_replace_and_remove(struct contract *contract)
{
	contract_begin(contract);
	contract_put(contract, "192.0.2.7", "RELAY");
	contract_put(contract, "10", "OK");
	(void)contract->backend->remove(contract->map, "192.0.2.1", NULL);
	check_int("not there", contract->backend->remove(contract->map, "x", NULL), 0);
	check_int("commit", commit(contract), 0);
	check_content("after", contract,
		      contract->kind->filled
			      ? "10=OK\n192.0.2.7=RELAY\nexample.org=550 no\n"
			      : "10=OK\n192.0.2.7=RELAY\n");
}

static void the_last_record_may_go(struct contract *contract)
{
	static const char *const keys[] = { "10", "192.0.2.1", "example.org" };

	contract_begin(contract);
	for (size_t i = 0; i < COUNT(keys); i++)
		check_int(keys[i],
			  contract->backend->remove(contract->map, keys[i], NULL),
			  contract->kind->filled);
	check_int("commit", commit(contract), 0);
	check_content("after", contract, "");
}

static void it_may_grow(struct contract *contract)
{
	char key[32];
	struct map_entry entry;
	int count = 0;

	contract_begin(contract);
	for (int i = 0; i < 3000; i++) {
		(void)snprintf(key, sizeof(key), "key%d", i);
		contract_put(contract, key, "RELAY");
	}
	check_int("commit", commit(contract), 0);
	contract_close(contract);
	contract_open(contract);
	while (contract->backend->next(contract->map, &entry, NULL) > 0)
		count++;
	check_int("entries", count, contract->kind->filled ? 3003 : 3000);
}

static void give_looks(const char *path, bool *ret_xattr)
{
	const struct timespec times[2] = { { .tv_sec = LONG_AGO },
					   { .tv_sec = LONG_AGO, .tv_nsec = 123456789 } };

	if (geteuid() == 0)
		assert_int_equal(chown(path, NOBODY, NOBODY), 0);
	assert_int_equal(chmod(path, 0641), 0);
	*ret_xattr = setxattr(path, XATTR, "kept", 4, 0) == 0;
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void the_new_file_looks_like_the_old_one(struct contract *contract)
{
	char value[8] = "";
	bool with_xattr;

	give_looks(contract->path, &with_xattr);
	const struct stat before = scratch_stat(contract->path);
	contract_begin(contract);
	contract_put(contract, "192.0.2.7", "RELAY");
	check_int("commit", commit(contract), 0);
	const struct stat after = scratch_stat(contract->path);
	check_true("another inode", before.st_ino != after.st_ino);
	check_int("owner", after.st_uid, before.st_uid);
	check_int("group", after.st_gid, before.st_gid);
	check_int("mode", after.st_mode, before.st_mode);
	check_int("links", after.st_nlink, 1);
	check_int("mtime", after.st_mtim.tv_sec, LONG_AGO);
	check_int("mtime", after.st_mtim.tv_nsec, 123456789);
	if (with_xattr)
		check_int("xattr", getxattr(contract->path, XATTR, value, sizeof(value)),
			  4);
	check_text("xattr", value, with_xattr ? "kept" : "");
}

static void the_old_inode_is_retired(struct contract *contract)
{
	static const long times[] = { LONG_AGO, FUTURE };

	for (size_t i = 0; i < COUNT(times); i++) {
		struct stat retired;

		scratch_date(contract->path, times[i]);
		cleanup_fd int reader = open(contract->path, O_RDONLY | O_CLOEXEC);
		contract_begin(contract);
		contract_put(contract, "192.0.2.7", i == 0 ? "RELAY" : "OK");
		check_int("commit", commit(contract), 0);
		contract_close(contract);
		assert_int_equal(fstat(reader, &retired), 0);
		/* sendmail: later in whole seconds; Postfix: no name. */
		check_true("later", retired.st_mtime > times[i]);
		check_int("links", retired.st_nlink, 0);
		check_int("new one", scratch_stat(contract->path).st_mtime, times[i]);
		check_no_stray("tidy", contract);
	}
}

static void replace_by_mv(struct contract *contract)
{
	static const struct pair his[] = { { "his", "own" }, { NULL, NULL } };
	char beside[SCRATCH_PATH];

	scratch_path(&contract->scratch, "mail/access.new.db", beside);
	contract_table(contract, beside, his);
	scratch_date(beside, LONG_AGO);
	assert_int_equal(rename(beside, contract->path), 0);
}

static void a_replacement_survives(struct contract *contract)
{
	contract_begin(contract);
	contract_put(contract, "192.0.2.7", "RELAY");
	replace_by_mv(contract);
	const ino_t his = scratch_stat(contract->path).st_ino;
	check_int("commit", commit(contract), -EAGAIN);
	check_int("his file", scratch_stat(contract->path).st_ino, his);
	check_int("his time", scratch_stat(contract->path).st_mtime, LONG_AGO);
	check_content("his records", contract, "his=own\n");
	check_no_stray("tidy", contract);
	contract_close(contract);
	/* Close, open, redo. */
	contract_begin(contract);
	contract_put(contract, "192.0.2.7", "RELAY");
	check_int("commit", commit(contract), 0);
	check_content("both", contract, "192.0.2.7=RELAY\nhis=own\n");
}

static void a_touch_is_a_change(struct contract *contract)
{
	contract_begin(contract);
	contract_put(contract, "192.0.2.7", "RELAY");
	scratch_date(contract->path, LONG_AGO + 1);
	check_int("commit", commit(contract), -EAGAIN);
	check_unchanged("touched", contract);
	check_int("its time", scratch_stat(contract->path).st_mtime, LONG_AGO + 1);
	check_no_stray("tidy", contract);
}

static void a_removed_table_is_not_made_anew(struct contract *contract)
{
	contract_begin(contract);
	contract_put(contract, "192.0.2.7", "RELAY");
	assert_int_equal(unlink(contract->path), 0);
	check_int("commit", commit(contract), -ENOENT);
	contract_close(contract);
	check_int("not made", access(contract->path, F_OK), -1);
	check_int("recover", contract->backend->recover(&contract->place, NULL), 0);
	check_false("tidy", map_needs_recovery(&contract->place));
}

static int try_lock(const char *path, int operation)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);

	return flock(fd, operation | LOCK_NB) == 0 ? 0 : -errno;
}

static void rebuilders_are_kept_out_until_close(struct contract *contract)
{
	const char *path = contract->path;

	contract_begin(contract);
	check_int("while changed", try_lock(path, LOCK_EX), -EWOULDBLOCK);
	check_int("readers come in", try_lock(path, LOCK_SH), 0);
	contract_put(contract, "192.0.2.7", "RELAY");
	check_int("commit", commit(contract), 0);
	check_int("the new one", try_lock(path, LOCK_EX), -EWOULDBLOCK);
	check_int("readers come in", try_lock(path, LOCK_SH), 0);
	contract_close(contract);
	check_int("closed", try_lock(path, LOCK_EX), 0);
}

static void identify_tells_which_table(struct contract *contract)
{
	struct map_identity got, want;

	contract_open(contract);
	assert_int_equal(map_identity_of(contract->path, &want), 0);
	check_int("opened", contract->backend->identify(contract->map, &got, NULL), 0);
	check_true("opened", map_identity_equal(&got, &want));
	assert_int_equal(contract->backend->begin(contract->map, NULL), 0);
	contract_put(contract, "192.0.2.7", "RELAY");
	check_int("commit", commit(contract), 0);
	check_int("put in", contract->backend->identify(contract->map, &got, NULL), 0);
	check_false("put in", map_identity_equal(&got, &want));
	assert_int_equal(map_identity_of(contract->path, &want), 0);
	check_true("put in", map_identity_equal(&got, &want));
	scratch_date(contract->path, LONG_AGO + 5);
	check_int("changed at once",
		  contract->backend->identify(contract->map, &got, NULL), -ESTALE);
}

/* makemap has opened the file and waits for its lock; somebody must have one already. */
static pid_t start_rebuild(const struct contract *contract)
{
	const struct timespec deadline = deadline_in(WAIT_MS);
	const struct stat file = scratch_stat(contract->path);
	const int fd = open(contract->path, O_RDONLY | O_CLOEXEC);
	unsigned round = 0;

	const pid_t rebuilder = fork();
	if (rebuilder == 0)
		_exit(flock(open(contract->path, O_RDWR), LOCK_EX));
	while (!file_lock_awaited(fd, &file) && deadline_nap(deadline, &round))
		continue;
	(void)close(fd);
	return rebuilder;
}

static void check_gives_way(const char *step, struct contract *contract, pid_t rebuilder,
			    int error, const struct why *why)
{
	assert_int_equal(kill(rebuilder, SIGKILL), 0);
	assert_int_equal(waitpid(rebuilder, NULL, 0), rebuilder);
	check_int(step, error, -EBUSY);
	check_contains(step, why->text, "waits for its lock");
	check_no_stray(step, contract);
	check_unchanged(step, contract);
}

/* A replacement would fail it. */
static void a_waiting_rebuild_goes_first(struct contract *contract)
{
	struct why why = { 0 };

	contract_open(contract);
	const pid_t rebuilder = start_rebuild(contract);
	const int error = contract->backend->begin(contract->map, &why);
	check_gives_way("begin", contract, rebuilder, error, &why);
	check_int("alone", contract->backend->begin(contract->map, NULL), 0);
}

static void also_one_that_came_since(struct contract *contract)
{
	struct why why = { 0 };

	contract_open(contract);
	assert_int_equal(contract->backend->begin(contract->map, NULL), 0);
	contract_put(contract, "192.0.2.7", "RELAY");
	const pid_t rebuilder = start_rebuild(contract);
	const int error = contract->backend->commit(contract->map, &why);
	check_gives_way("commit", contract, rebuilder, error, &why);
}

/* A dead writer left a copy: nothing begins before it is gone. */
static void a_leftover_is_found_and_removed(struct contract *contract)
{
	char copy[SCRATCH_PATH];

	scratch_write(scratch_path(&contract->scratch, "mail/.access.db.pam_sap", copy),
		      "half", 4);
	check_true("needed", map_needs_recovery(&contract->place));
	contract_open(contract);
	check_int("begin", contract->backend->begin(contract->map, NULL), -EEXIST);
	contract_close(contract);
	check_int("recover", contract->backend->recover(&contract->place, NULL), 0);
	check_no_stray("gone", contract);
	check_int("nothing left", contract->backend->recover(&contract->place, NULL), 0);
	check_unchanged("table", contract);
}

int main(void)
{
	static const struct contract_case cases[] = {
		BERKELEY_CONTRACT(invisible_before_commit_visible_then),
		CONTRACT(abandoned_nothing_is_left),
		CONTRACT(closed_without_commit_nothing_is_left),
		CONTRACT(put_replace_and_remove),
		CONTRACT(the_last_record_may_go),
		CONTRACT(it_may_grow),
		BERKELEY_CONTRACT(the_new_file_looks_like_the_old_one),
		BERKELEY_CONTRACT(the_old_inode_is_retired),
		CONTRACT(a_replacement_survives),
		CONTRACT(a_touch_is_a_change),
		CONTRACT(a_removed_table_is_not_made_anew),
		BERKELEY_CONTRACT(rebuilders_are_kept_out_until_close),
		CONTRACT(identify_tells_which_table),
		BERKELEY_CONTRACT(a_waiting_rebuild_goes_first),
		BERKELEY_CONTRACT(also_one_that_came_since),
		BERKELEY_CONTRACT(a_leftover_is_found_and_removed),
	};
	return contract_run(cases, COUNT(cases));
}
