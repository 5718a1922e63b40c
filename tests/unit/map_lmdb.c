/* SPDX-License-Identifier: BSD-2-Clause */
/* What is LMDB's own in the contract. Who locks as Postfix does: map_lmdb_neighbours.c */
#include "lmdb_scene.h"
#include "lmdb_table.h"

#include "base/why.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORDS 3000L
#define MANY 120000 /* of some 200 bytes: beyond 16 MiB */

/* sapdb list into a pager. */
static void who_only_reads_is_in_nobodys_way(void **state)
{
	struct scene *scene = *state;
	const struct map_place reading = { .path = scene->path, .note_fd = -1 };
	struct map *reader = NULL;
	struct map_entry entry;

	scene_begin(scene);
	scene_put(scene, "192.0.2.7", "OK");
	scene_commit_and_close(scene);
	assert_int_equal(scene->backend->open(&reading, &reader, NULL), 0);
	check_int("its table", scene->backend->get(reader, "192.0.2.7", &entry, NULL), 1);
	scene_begin(scene);
	check_int("removed", scene->backend->remove(scene->map, "192.0.2.7", NULL), 1);
	scene_commit_and_close(scene);
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
	scene_begin(scene);
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(key, sizeof(key), "key%d", i);
		scene_put(scene, key, value);
		if (i % 3 == 0)
			check_int(key, scene->backend->remove(scene->map, key, NULL), 1);
	}
	check_int("before", scene->backend->get(scene->map, "key1", &entry, NULL), 1);
	scene_commit_and_close(scene);
	check_true("size", scratch_stat(scene->path).st_size > (off_t)16 << 20);
	check_int("records", lmdb_table_count(scene->path), MANY - MANY / 3);
	/* The next one starts with a file beyond the least map. */
	scene_begin(scene);
	scene_put(scene, "192.0.2.7", "OK");
	check_int("sound", scene->backend->verify(scene->map, NULL), 0);
	scene_commit_and_close(scene);
	check_int("records", lmdb_table_count(scene->path), MANY - MANY / 3 + 1);
}

/* A commit that was not made, from a process that is killed in front of it. */
static void a_writer_that_is_killed_changes_nothing(void **state)
{
	struct scene *scene = *state;
	char key[32];

	const pid_t writer = fork();
	if (writer == 0) {
		scene_begin(scene);
		for (long i = 0; i < RECORDS; i++) {
			(void)snprintf(key, sizeof(key), "key%ld", i);
			scene_put(scene, key, "OK");
		}
		(void)raise(SIGKILL);
	}
	assert_int_equal(waitpid(writer, NULL, 0), writer);
	check_int("nothing", lmdb_table_count(scene->path), 0);
	check_false("nothing to recover", map_needs_recovery(&scene->place));
	scene_begin(scene);
	check_int("sound", scene->backend->verify(scene->map, NULL), 0);
	scene_put(scene, "192.0.2.7", "OK");
	scene_commit_and_close(scene);
	check_int("one", lmdb_table_count(scene->path), 1);
}

/* In a child: a commit that may not write beyond so many bytes of the file. The signal
 * that ended it, or 0 when the commit said that it failed. */
static int commit_within(struct scene *scene, long bytes, void (*signalled)(int))
{
	const struct rlimit limit = { (rlim_t)bytes, RLIM_INFINITY };
	int status = 0;
	char key[32];

	const pid_t writer = fork();
	if (writer == 0) {
		(void)signal(SIGXFSZ, signalled);
		scene_begin(scene);
		for (long i = 0; i < RECORDS; i++) {
			(void)snprintf(key, sizeof(key), "key%ld", i);
			scene_put(scene, key, "OK");
		}
		(void)setrlimit(RLIMIT_FSIZE, &limit);
		_exit(scene->backend->commit(scene->map, NULL) < 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(writer, &status, 0), writer);
	check_int("not committed", WIFSIGNALED(status) ? 0 : WEXITSTATUS(status), 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* Killed between two writes, or told in the midst of one that there is no room. */
static void a_commit_cut_short_changes_nothing(void **state)
{
	struct scene *scene = *state;
	int killed = 0, failed = 0;

	scene_begin(scene);
	scene_put(scene, "192.0.2.7", "OK");
	scene_commit_and_close(scene);
	for (long pages = 2; pages < 24; pages++) {
		const int ended =
			commit_within(scene, pages * 4096, pages % 2 ? SIG_DFL : SIG_IGN);
		killed += ended == SIGXFSZ;
		failed += ended == 0;
		check_int("as before", lmdb_table_count(scene->path), 1);
		scene_begin(scene);
		check_int("sound", scene->backend->verify(scene->map, NULL), 0);
		scene->map = scene->backend->close(scene->map);
	}
	check_true("some were killed", killed > 0);
	check_true("some failed", failed > 0);
	scene_begin(scene);
	scene_put(scene, "192.0.2.8", "OK");
	scene_commit_and_close(scene);
	check_int("the next one", lmdb_table_count(scene->path), 2);
}

/* Two writes within one tick of the kernel's clock would have one date. */
static void each_commit_has_its_own_date(void **state)
{
	struct scene *scene = *state;
	struct map_identity before, after;

	for (int i = 0; i < 20; i++) {
		assert_int_equal(map_identity_of(scene->path, &before), 0);
		scene_begin(scene);
		scene_put(scene, "192.0.2.7", i % 2 ? "OK" : "NO");
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

	scene_begin(scene);
	scene_put(scene, "192.0.2.7", "OK");
	scene_commit_and_close(scene);
	const int fd = open(scene->path, O_WRONLY | O_CLOEXEC);
	for (off_t page = 2; page < 8; page++)
		assert_int_equal(pwrite(fd, "\xff\xff", 2, page * 4096 + 10), 2);
	(void)close(fd);
	scene_begin(scene);
	check_int("verify", scene->backend->verify(scene->map, &why), -EBADMSG);
	check_contains("verify", why.text, "is damaged");
	/* postmap drops the tree, and goes on with the lists of free pages. */
	check_contains("verify", why.text, "remove the file");
}

static void a_key_that_lmdb_cannot_have_is_refused(void **state)
{
	struct scene *scene = *state;
	char key[MAP_KEY_MAX + 1] = "";
	struct map_entry entry;
	struct why why = { 0 };

	memset(key, 'k', MAP_KEY_MAX - 1);
	scene_begin(scene);
	check_int("get", scene->backend->get(scene->map, key, &entry, &why), 0);
	check_int("remove", scene->backend->remove(scene->map, key, &why), 0);
	check_int("put", scene->backend->put(scene->map, key, "OK", &why), -EINVAL);
	check_contains("put", why.text, "511 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCENE(who_only_reads_is_in_nobodys_way),
		IN_SCENE(the_map_grows_beyond_16_mib),
		IN_SCENE(a_writer_that_is_killed_changes_nothing),
		IN_SCENE(a_commit_cut_short_changes_nothing),
		IN_SCENE(each_commit_has_its_own_date),
		IN_SCENE(a_copys_name_does_not_matter),
		IN_SCENE(a_damaged_table_is_not_changed),
		IN_SCENE(a_key_that_lmdb_cannot_have_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
