/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is LMDB's own in the contract: readers and writers that lock as Postfix does, a
 * map that grows, a writer that is killed. The others are another process each, since a
 * lock of fcntl's is a process's.
 */
#include "check.h"
#include "lmdb_table.h"
#include "scratch.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "map/map.h"
#include "map/map_backend.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORDS 3000L
#define MANY 120000 /* of some 200 bytes: beyond 16 MiB */

struct scene {
	struct scratch scratch;
	char path[SCRATCH_PATH];
	struct map_place place;
	struct loaded_backend loaded;
	const struct map_backend *backend;
	struct map *map;
};

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	char note[SCRATCH_PATH];

	assert_non_null(scene);
	scratch_make(&scene->scratch);
	scratch_path(&scene->scratch, "relay.lmdb", scene->path);
	scratch_path(&scene->scratch, "lock", note);
	scene->place = (struct map_place){
		.path = scene->path,
		.note_fd = open(note, O_RDWR | O_CREAT | O_CLOEXEC, 0600),
		.nul_when_empty = true,
		.in_place = true,
	};
	assert_true(scene->place.note_fd >= 0);
	assert_int_equal(
		map_backend_load("lmdb", getenv("SAP_BACKENDS"), &scene->loaded, NULL),
		0);
	scene->backend = scene->loaded.backend;
	assert_int_equal(scene->backend->create(&scene->place, NULL), 0);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	scene->map = scene->backend->close(scene->map);
	(void)close(scene->place.note_fd);
	map_backend_unload(&scene->loaded);
	scratch_remove(&scene->scratch);
	free(scene);
	return 0;
}

static void begin(struct scene *scene)
{
	struct why why = { 0 };

	if (scene->backend->open(&scene->place, &scene->map, &why) < 0 ||
	    scene->backend->begin(scene->map, &why) < 0)
		fail_msg("%s", why.text);
}

static void put(const struct scene *scene, const char *key, const char *value)
{
	struct why why = { 0 };

	if (scene->backend->put(scene->map, key, value, &why) < 0)
		fail_msg("%s", why.text);
}

static void commit_and_close(struct scene *scene)
{
	struct why why = { 0 };

	if (scene->backend->commit(scene->map, &why) < 0)
		fail_msg("%s", why.text);
	scene->map = scene->backend->close(scene->map);
}

/* A child that answers each byte that it is sent by one look-up's result. */
struct other {
	pid_t pid;
	int fd;
};

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

static struct other start(const char *path, void (*what)(const char *path, int fd))
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	const struct other other = { .pid = fork(), .fd = ends[0] };
	if (other.pid == 0) {
		(void)close(ends[0]);
		what(path, ends[1]);
		_exit(0);
	}
	(void)close(ends[1]);
	return other;
}

static void stop(struct other other)
{
	(void)close(other.fd);
	assert_int_equal(waitpid(other.pid, NULL, 0), other.pid);
}

static char ask(struct other other)
{
	char word = '?';

	assert_int_equal(write(other.fd, &word, 1), 1);
	assert_int_equal(read(other.fd, &word, 1), 1);
	return word;
}

static void smtpd_sees_a_commit_at_its_next_look(void **state)
{
	struct scene *scene = *state;
	const struct other smtpd = start(scene->path, answer_looks);

	check_int("before", ask(smtpd), 'n');
	begin(scene);
	put(scene, "192.0.2.7", "OK");
	/* smtpd would wait here, no longer than the change takes. */
	check_int("while it is changed", ask(smtpd), 'b');
	assert_int_equal(scene->backend->commit(scene->map, NULL), 0);
	check_int("committed, and still open here", ask(smtpd), 'y');
	assert_int_equal(scene->backend->begin(scene->map, NULL), 0);
	check_int("removed", scene->backend->remove(scene->map, "192.0.2.7", NULL), 1);
	scene->backend->abandon(scene->map);
	check_int("abandoned", ask(smtpd), 'y');
	stop(smtpd);
}

static void a_postmap_under_way_is_busy(void **state)
{
	struct scene *scene = *state;
	const struct other postmap = start(scene->path, hold_lock);
	struct why why = { 0 };
	char word = '?';

	assert_int_equal(read(postmap.fd, &word, 1), 1);
	check_int("locked", word, 'l');
	check_int("open", scene->backend->open(&scene->place, &scene->map, &why), -EBUSY);
	check_contains("open", why.text, "is being rebuilt");
	assert_null(scene->map);
	stop(postmap);
	begin(scene);
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

	begin(scene);
	check_int("no reader", try_lock(scene->path, F_RDLCK), -EAGAIN);
	put(scene, "192.0.2.7", "OK");
	assert_int_equal(scene->backend->commit(scene->map, NULL), 0);
	check_int("readers again", try_lock(scene->path, F_RDLCK), 0);
	check_int("no writer", try_lock(scene->path, F_WRLCK), -EAGAIN);
	scene->map = scene->backend->close(scene->map);
	check_int("closed", try_lock(scene->path, F_WRLCK), 0);
}

/* sapdb list into a pager. */
static void who_only_reads_is_in_nobodys_way(void **state)
{
	struct scene *scene = *state;
	const struct map_place reading = { .path = scene->path, .note_fd = -1 };
	struct map *reader = NULL;
	struct map_entry entry;

	begin(scene);
	put(scene, "192.0.2.7", "OK");
	commit_and_close(scene);
	assert_int_equal(scene->backend->open(&reading, &reader, NULL), 0);
	check_int("its table", scene->backend->get(reader, "192.0.2.7", &entry, NULL), 1);
	begin(scene);
	check_int("removed", scene->backend->remove(scene->map, "192.0.2.7", NULL), 1);
	commit_and_close(scene);
	check_int("stays", scene->backend->get(reader, "192.0.2.7", &entry, NULL), 1);
	check_int("sound", scene->backend->verify(reader, NULL), 0);
	reader = scene->backend->close(reader);
	check_int("gone", lmdb_table_count(scene->path), 0);
}

static void the_map_grows_beyond_16_mib(void **state)
{
	struct scene *scene = *state;
	char value[201] = "", key[32];
	struct map_entry entry;

	memset(value, 'v', sizeof(value) - 1);
	begin(scene);
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(key, sizeof(key), "key%d", i);
		put(scene, key, value);
		if (i % 3 == 0)
			check_int(key, scene->backend->remove(scene->map, key, NULL), 1);
	}
	check_int("before", scene->backend->get(scene->map, "key1", &entry, NULL), 1);
	commit_and_close(scene);
	check_true("size", scratch_stat(scene->path).st_size > (off_t)16 << 20);
	check_int("records", lmdb_table_count(scene->path), MANY - MANY / 3);
	/* The next one starts with a file beyond the least map. */
	begin(scene);
	put(scene, "192.0.2.7", "OK");
	check_int("sound", scene->backend->verify(scene->map, NULL), 0);
	commit_and_close(scene);
	check_int("records", lmdb_table_count(scene->path), MANY - MANY / 3 + 1);
}

/* A commit that was not made, from a process that is killed in front of it. */
static void a_writer_that_is_killed_changes_nothing(void **state)
{
	struct scene *scene = *state;
	char key[32];

	const pid_t writer = fork();
	if (writer == 0) {
		begin(scene);
		for (long i = 0; i < RECORDS; i++) {
			(void)snprintf(key, sizeof(key), "key%ld", i);
			put(scene, key, "OK");
		}
		(void)raise(SIGKILL);
	}
	assert_int_equal(waitpid(writer, NULL, 0), writer);
	check_int("nothing", lmdb_table_count(scene->path), 0);
	check_false("nothing to recover", map_needs_recovery(&scene->place));
	begin(scene);
	check_int("sound", scene->backend->verify(scene->map, NULL), 0);
	put(scene, "192.0.2.7", "OK");
	commit_and_close(scene);
	check_int("one", lmdb_table_count(scene->path), 1);
}

/* Two writes within one tick of the kernel's clock would have one date. */
static void each_commit_has_its_own_date(void **state)
{
	struct scene *scene = *state;
	struct map_identity before, after;

	for (int i = 0; i < 20; i++) {
		assert_int_equal(map_identity_of(scene->path, &before), 0);
		begin(scene);
		put(scene, "192.0.2.7", i % 2 ? "OK" : "NO");
		assert_int_equal(scene->backend->commit(scene->map, NULL), 0);
		check_int("identify", scene->backend->identify(scene->map, &after, NULL),
			  0);
		scene->map = scene->backend->close(scene->map);
		check_true("another date",
			   before.mtime.tv_sec != after.mtime.tv_sec ||
				   before.mtime.tv_nsec != after.mtime.tv_nsec);
		/* At once, by another program. */
		lmdb_table_put(scene->path, (struct map_bytes){ "x", 1 },
			       (struct map_bytes){ i % 2 ? "a" : "b", 1 });
		assert_int_equal(map_identity_of(scene->path, &before), 0);
		check_false("seen", map_identity_equal(&before, &after));
	}
}

/* Whatever has the name of a Berkeley DB table's copy is no business of LMDB's. */
static void a_copys_name_does_not_matter(void **state)
{
	struct scene *scene = *state;
	char copy[SCRATCH_PATH];

	scratch_write(scratch_path(&scene->scratch, ".relay.lmdb.pam_sap", copy), "x", 1);
	check_false("needed", map_needs_recovery(&scene->place));
	check_int("recover", scene->backend->recover(&scene->place, NULL), 0);
	check_int("stays", access(copy, F_OK), 0);
}

static void a_damaged_table_is_not_changed(void **state)
{
	struct scene *scene = *state;
	struct why why = { 0 };

	begin(scene);
	put(scene, "192.0.2.7", "OK");
	commit_and_close(scene);
	const int fd = open(scene->path, O_WRONLY | O_CLOEXEC);
	for (off_t page = 2; page < 8; page++)
		assert_int_equal(pwrite(fd, "\xff\xff", 2, page * 4096 + 10), 2);
	(void)close(fd);
	begin(scene);
	check_int("verify", scene->backend->verify(scene->map, &why), -EBADMSG);
	check_contains("verify", why.text, "is damaged");
}

static void a_key_that_lmdb_cannot_have_is_refused(void **state)
{
	struct scene *scene = *state;
	char key[MAP_KEY_MAX + 1] = "";
	struct map_entry entry;
	struct why why = { 0 };

	memset(key, 'k', MAP_KEY_MAX - 1);
	begin(scene);
	check_int("get", scene->backend->get(scene->map, key, &entry, &why), 0);
	check_int("remove", scene->backend->remove(scene->map, key, &why), 0);
	check_int("put", scene->backend->put(scene->map, key, "OK", &why), -EINVAL);
	check_contains("put", why.text, "511 bytes");
}

#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCENE(smtpd_sees_a_commit_at_its_next_look),
		IN_SCENE(a_postmap_under_way_is_busy),
		IN_SCENE(writers_are_kept_out_until_close),
		IN_SCENE(who_only_reads_is_in_nobodys_way),
		IN_SCENE(the_map_grows_beyond_16_mib),
		IN_SCENE(a_writer_that_is_killed_changes_nothing),
		IN_SCENE(each_commit_has_its_own_date),
		IN_SCENE(a_copys_name_does_not_matter),
		IN_SCENE(a_damaged_table_is_not_changed),
		IN_SCENE(a_key_that_lmdb_cannot_have_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
