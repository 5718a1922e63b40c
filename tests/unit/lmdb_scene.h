/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lmdb_scene - an empty LMDB table of the backend's, and other processes about it
 *
 * The others are processes, since a lock of fcntl's is a process's.
 */
#pragma once

#include "check.h"
#include "scratch.h"

#include "map/map.h"
#include "map/map_backend.h"

#include <sys/types.h>

struct scene {
	struct scratch scratch;
	char path[SCRATCH_PATH];
	struct map_place place;
	struct loaded_backend loaded;
	const struct map_backend *backend;
	struct map *map; /* open; closed by the teardown */
};

/* For cmocka: `*state` is the struct scene. */
int scene_set_up(void **state);
int scene_tear_down(void **state);
#define IN_SCENE(test)                                                                   \
	cmocka_unit_test_setup_teardown(test, scene_set_up, scene_tear_down)

/* open and begin */
void scene_begin(struct scene *scene);
void scene_put(const struct scene *scene, const char *key, const char *value);
void scene_commit_and_close(struct scene *scene);

struct other {
	pid_t pid;
	int fd; /* to speak with it */
};

/* `what` gets the other end; it is over when it returns, by exit status 0. */
struct other other_start(const char *path, void (*what)(const char *path, int fd));
/* Closes our end, and waits for it to end well. */
void other_stop(struct other other);
/* Sends a byte; returns the answer. */
char other_ask(struct other other);
