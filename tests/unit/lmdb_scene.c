/* SPDX-License-Identifier: BSD-2-Clause */
#include "lmdb_scene.h"

#include "base/why.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int scene_set_up(void **state)
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

int scene_tear_down(void **state)
{
	struct scene *scene = *state;

	scene->map = scene->backend->close(scene->map);
	(void)close(scene->place.note_fd);
	map_backend_unload(&scene->loaded);
	scratch_remove(&scene->scratch);
	free(scene);
	return 0;
}

void scene_begin(struct scene *scene)
{
	struct why why = { 0 };

	if (scene->backend->open(&scene->place, &scene->map, &why) < 0 ||
	    scene->backend->begin(scene->map, &why) < 0)
		fail_msg("%s", why.text);
}

void scene_put(const struct scene *scene, const char *key, const char *value)
{
	struct why why = { 0 };

	if (scene->backend->put(scene->map, key, value, &why) < 0)
		fail_msg("%s", why.text);
}

void scene_commit_and_close(struct scene *scene)
{
	struct why why = { 0 };

	if (scene->backend->commit(scene->map, &why) < 0)
		fail_msg("%s", why.text);
	scene->map = scene->backend->close(scene->map);
}

struct other other_start(const char *path, void (*what)(const char *path, int fd))
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

void other_stop(struct other other)
{
	int status = -1;

	(void)close(other.fd);
	assert_int_equal(waitpid(other.pid, &status, 0), other.pid);
	check_int("the other process", status, 0);
}

char other_ask(struct other other)
{
	char word = '?';

	assert_int_equal(write(other.fd, &word, 1), 1);
	assert_int_equal(read(other.fd, &word, 1), 1);
	return word;
}
