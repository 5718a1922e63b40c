/* SPDX-License-Identifier: BSD-2-Clause */
/* Readers and writers of an LMDB table that lock as Postfix does. */
#include "lmdb_scene.h"
#include "lmdb_table.h"

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/why.h"
#include "map/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define COMMITS 300
#define REBUILT 500

static void answer_looks(const char *path, int fd)
{
	struct lmdb_reader reader;
	char word;

	lmdb_reader_open(&reader, path);
	while (read(fd, &word, 1) == 1) {
		const int found = lmdb_reader_look(&reader, "192.0.2.7");
		word = found < 0 ? 'b' : found ? 'y' : 'n';
		if (write(fd, &word, 1) != 1)
			break;
	}
	lmdb_reader_close(&reader);
}

/* Postmap: the lock for as long as the pipe is open. */
static void hold_lock(const char *path, int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	const int file = open(path, O_RDWR | O_CLOEXEC);
	char word = fcntl(file, F_SETLKW, &whole) == 0 ? 'l' : 'e';

	if (write(fd, &word, 1) != 1 || read(fd, &word, 1) != 0)
		_exit(1);
}

static void smtpd_sees_a_commit_at_its_next_look(void **state)
{
	struct scene *scene = *state;
	const struct other smtpd = other_start(scene->path, answer_looks);

	check_int("before", other_ask(smtpd), 'n');
	scene_begin(scene);
	scene_put(scene, "192.0.2.7", "OK");
	/* smtpd would wait here, no longer than the change takes. */
	check_int("while it is changed", other_ask(smtpd), 'b');
	assert_int_equal(scene->backend->commit(scene->map, NULL), 0);
	check_int("committed, and still open here", other_ask(smtpd), 'y');
	assert_int_equal(scene->backend->begin(scene->map, NULL), 0);
	check_int("removed", scene->backend->remove(scene->map, "192.0.2.7", NULL), 1);
	scene->backend->abandon(scene->map);
	check_int("abandoned", other_ask(smtpd), 'y');
	other_stop(smtpd);
}

static void a_postmap_under_way_is_busy(void **state)
{
	struct scene *scene = *state;
	const struct other postmap = other_start(scene->path, hold_lock);
	struct why why = { 0 };
	char word = '?';

	assert_int_equal(read(postmap.fd, &word, 1), 1);
	check_int("locked", word, 'l');
	check_int("open", scene->backend->open(&scene->place, &scene->map, &why), -EBUSY);
	check_contains("open", why.text, "is being rebuilt");
	assert_null(scene->map);
	other_stop(postmap);
	scene_begin(scene);
}

/* As postmap makes a table anew: its transaction is older than its lock. */
static void make_anew(const char *path, int fd)
{
	struct lmdb_reader postmap;
	char word = 'b';

	void *txn = lmdb_rebuild_begin(&postmap, path);
	if (write(fd, &word, 1) != 1 || read(fd, &word, 1) != 1)
		_exit(1);
	lmdb_rebuild_end(&postmap, txn, REBUILT);
	if (write(fd, "e", 1) != 1)
		_exit(1);
}

static bool is_waited_for(const char *path)
{
	const struct stat file = scratch_stat(path);

	return file_lock_has_waiter("POSIX", &file);
}

static void a_postmap_that_waits_goes_first(void **state)
{
	struct scene *scene = *state;
	const struct other postmap = other_start(scene->path, make_anew);
	const struct timespec deadline = deadline_in(5000);
	struct why why = { 0 };
	unsigned round = 0;
	char word = '?';

	assert_int_equal(read(postmap.fd, &word, 1), 1);
	scene_begin(scene);
	scene_put(scene, "192.0.2.7", "OK");
	assert_int_equal(write(postmap.fd, &word, 1), 1);
	while (!is_waited_for(scene->path) && deadline_nap(deadline, &round))
		continue;
	check_int("commit", scene->backend->commit(scene->map, &why), -EBUSY);
	check_contains("commit", why.text, "another program waits");
	scene->map = scene->backend->close(scene->map);
	assert_int_equal(read(postmap.fd, &word, 1), 1);
	check_int("its own alone", lmdb_table_count(scene->path), REBUILT);
	other_stop(postmap);
	scene_begin(scene);
	check_int("sound", scene->backend->verify(scene->map, NULL), 0);
	scene_put(scene, "192.0.2.7", "OK");
	scene_commit_and_close(scene);
	check_int("and ours", lmdb_table_count(scene->path), REBUILT + 1);
}

/* On a busy machine it takes its time from its begin to its lock. */
static void a_postmap_that_is_slow_meets_one_commit_alone(void **state)
{
	struct scene *scene = *state;
	struct why why = { 0 };
	char word = '?';

	scene_begin(scene);
	const struct other postmap = other_start(scene->path, make_anew);
	assert_int_equal(read(postmap.fd, &word, 1), 1);
	scene_put(scene, "192.0.2.7", "OK");
	scene_commit_and_close(scene);
	scene_begin(scene);
	scene_put(scene, "192.0.2.8", "OK");
	check_int("the second", scene->backend->commit(scene->map, &why), -EBUSY);
	check_contains("the second", why.text, "open for writing");
	scene->map = scene->backend->close(scene->map);
	assert_int_equal(write(postmap.fd, &word, 1), 1);
	assert_int_equal(read(postmap.fd, &word, 1), 1);
	check_int("its own alone", lmdb_table_count(scene->path), REBUILT);
	other_stop(postmap);
	scene_begin(scene);
	check_int("sound", scene->backend->verify(scene->map, NULL), 0);
	scene_put(scene, "192.0.2.8", "OK");
	scene_commit_and_close(scene);
	check_int("and ours", lmdb_table_count(scene->path), REBUILT + 1);
}

/* postmap writes under the shared lock: it may be at it when we open. */
static void what_a_postmap_changes_meanwhile_is_looked_at_again(void **state)
{
	struct scene *scene = *state;
	struct map_identity identity;
	struct why why = { 0 };

	assert_int_equal(scene->backend->open(&scene->place, &scene->map, NULL), 0);
	lmdb_table_put(scene->path, (struct map_bytes){ "x", 1 },
		       (struct map_bytes){ "a", 1 });
	check_int("identify", scene->backend->identify(scene->map, &identity, &why),
		  -EAGAIN);
	check_contains("identify", why.text, "was changed meanwhile");
}

/* postscreen, or whoever else has it open and wants nothing now. */
static void keep_open(const char *path, int fd)
{
	const int file = open(path, O_RDWR | O_CLOEXEC);
	char word = 'o';

	if (file < 0 || write(fd, &word, 1) != 1 || read(fd, &word, 1) != 0)
		_exit(1);
}

static void who_has_it_open_alone_is_in_nobodys_way(void **state)
{
	struct scene *scene = *state;
	const time_t then = time(NULL) - 3600;
	const struct timespec an_hour_ago[2] = { { .tv_sec = then }, { .tv_sec = then } };
	const struct other other = other_start(scene->path, keep_open);
	char word = '?';

	assert_int_equal(read(other.fd, &word, 1), 1);
	assert_int_equal(utimensat(AT_FDCWD, scene->path, an_hour_ago, 0), 0);
	scene_begin(scene);
	scene_put(scene, "192.0.2.7", "OK");
	scene_commit_and_close(scene);
	other_stop(other);
}

static int try_lock(const char *path, short type)
{
	struct flock whole = { .l_type = type, .l_whence = SEEK_SET };
	cleanup_fd int fd = open(path, O_RDWR | O_CLOEXEC);

	return fcntl(fd, F_OFD_SETLK, &whole) == 0 ? 0 : -errno;
}

static void writers_are_kept_out_until_close(void **state)
{
	struct scene *scene = *state;

	scene_begin(scene);
	check_int("no reader", try_lock(scene->path, F_RDLCK), -EAGAIN);
	scene_put(scene, "192.0.2.7", "OK");
	assert_int_equal(scene->backend->commit(scene->map, NULL), 0);
	check_int("readers again", try_lock(scene->path, F_RDLCK), 0);
	check_int("no writer", try_lock(scene->path, F_WRLCK), -EAGAIN);
	scene->map = scene->backend->close(scene->map);
	check_int("closed", try_lock(scene->path, F_WRLCK), 0);
}

/* Both of a pair that each commit changes together, for as long as somebody asks. */
static void watch_a_pair(const char *path, int fd)
{
	struct lmdb_reader reader;
	struct pollfd over = { .fd = fd, .events = POLLIN };
	char word;

	lmdb_reader_open(&reader, path);
	/* The first byte starts it, the end of the file ends it. */
	if (read(fd, &word, 1) != 1 || write(fd, &word, 1) != 1)
		_exit(1);
	while (poll(&over, 1, 0) == 0)
		if (lmdb_reader_equal(&reader, "192.0.2.7", "SAP:192.0.2.7") == 0)
			_exit(2);
	lmdb_reader_close(&reader);
}

/* While a reader looks as fast as it can: the lock may have to be waited for. */
static void nobody_sees_half_a_commit(void **state)
{
	struct scene *scene = *state;
	const struct other smtpd = other_start(scene->path, watch_a_pair);
	char value[16];

	(void)other_ask(smtpd);
	for (int i = 0; i < COMMITS; i++) {
		int error = scene->backend->open(&scene->place, &scene->map, NULL);
		while (error == 0 &&
		       (error = scene->backend->begin(scene->map, NULL)) == -EBUSY)
			error = 0;
		assert_int_equal(error, 0);
		(void)snprintf(value, sizeof(value), "%d", i);
		scene_put(scene, "192.0.2.7", value);
		scene_put(scene, "SAP:192.0.2.7", value);
		scene_commit_and_close(scene);
	}
	other_stop(smtpd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCENE(smtpd_sees_a_commit_at_its_next_look),
		IN_SCENE(nobody_sees_half_a_commit),
		IN_SCENE(a_postmap_under_way_is_busy),
		IN_SCENE(a_postmap_that_waits_goes_first),
		IN_SCENE(a_postmap_that_is_slow_meets_one_commit_alone),
		IN_SCENE(what_a_postmap_changes_meanwhile_is_looked_at_again),
		IN_SCENE(who_has_it_open_alone_is_in_nobodys_way),
		IN_SCENE(writers_are_kept_out_until_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
