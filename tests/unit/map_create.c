/* SPDX-License-Identifier: BSD-2-Clause */
/* A table where there is none (map.h, create), by every backend. */
#include "check.h"
#include "lmdb_table.h"
#include "scratch.h"

#include "base/why.h"
#include "map/map.h"
#include "map/map_backend.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

static const char *const types[] = { "hash", "btree", "lmdb" };

struct made {
	struct loaded_backend loaded;
	struct map_place place;
	char path[SCRATCH_PATH];
};

static struct made load(const char *type, const struct scratch *scratch)
{
	struct made made = { .place = { .in_place = map_type_in_place(type) } };
	char name[32];

	(void)snprintf(name, sizeof(name), "%s.table", type);
	scratch_path(scratch, name, made.path);
	made.place.note_fd = open(scratch->path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	assert_true(made.place.note_fd >= 0);
	assert_int_equal(
		map_backend_load(type, getenv("SAP_BACKENDS"), &made.loaded, NULL), 0);
	return made;
}

static int create(struct made *made, struct why *why)
{
	made->place.path = made->path;
	return made->loaded.backend->create(&made->place, why);
}

static void done(struct made *made)
{
	(void)close(made->place.note_fd);
	map_backend_unload(&made->loaded);
}

static void check_usable(const char *type, struct made *made)
{
	const struct map_backend *backend = made->loaded.backend;
	char text[BERKELEY_TEXT];
	struct map_entry entry;
	struct map *map = NULL;

	assert_int_equal(backend->open(&made->place, &map, NULL), 0);
	check_int(type, backend->verify(map, NULL), 0);
	check_int(type, backend->next(map, &entry, NULL), 0);
	assert_int_equal(backend->begin(map, NULL), 0);
	assert_int_equal(backend->put(map, "a", "b", NULL), 0);
	check_int(type, backend->commit(map, NULL), 0);
	map = backend->close(map);
	check_text(type,
		   made->place.in_place ? lmdb_table_text(made->path, text)
					: berkeley_table_text(made->path, text),
		   "a=b\n");
}

static void it_is_empty_whole_and_for_all_to_read(void **state)
{
	static const mode_t umasks[] = { 0, 022, 077, 0777 };

	for (size_t i = 0; i < COUNT(types) * COUNT(umasks); i++) {
		const char *type = types[i % COUNT(types)];
		struct made made = load(type, *state);
		const mode_t before = umask(umasks[i / COUNT(types)]);
		struct why why = { 0 };
		const int error = create(&made, &why);

		(void)umask(before);
		if (error < 0)
			fail_msg("%s: %s", type, why.text);
		const struct stat file = scratch_stat(made.path);
		check_int(type, file.st_mode, S_IFREG | 0644);
		check_int(type, file.st_uid, geteuid());
		check_int(type, file.st_nlink, 1);
		check_usable(type, &made);
		assert_int_equal(unlink(made.path), 0);
		done(&made);
	}
}

static void smtpd_can_open_it(void **state)
{
	struct made made = load("lmdb", *state);
	struct lmdb_reader reader;

	assert_int_equal(create(&made, NULL), 0);
	lmdb_reader_open(&reader, made.path);
	check_int("look", lmdb_reader_look(&reader, "192.0.2.7"), 0);
	lmdb_reader_close(&reader);
	done(&made);
}

/* A watcher of the folder is told of one name, once: nothing was there before. */
static void it_appears_under_its_name_alone(void **state)
{
	const struct scratch *scratch = *state;
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	for (size_t i = 0; i < COUNT(types); i++) {
		struct made made = load(types[i], scratch);
		const int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
		const struct inotify_event *event = (const void *)events;

		assert_true(inotify_add_watch(watch, scratch->path,
					      IN_CREATE | IN_MOVED_TO | IN_DELETE) >= 0);
		assert_int_equal(create(&made, NULL), 0);
		const ssize_t size = read(watch, events, sizeof(events));
		check_int(types[i], size, sizeof(*event) + event->len);
		check_text(types[i], event->name, strrchr(made.path, '/') + 1);
		(void)close(watch);
		done(&made);
	}
}

static void plant_text(const char *path)
{
	scratch_write(path, "192.0.2.1 OK\n", 13);
}

static void plant_empty(const char *path)
{
	scratch_write(path, "", 0);
}

static void plant_link(const char *path)
{
	assert_int_equal(symlink("nowhere", path), 0);
}

static void plant_folder(const char *path)
{
	assert_int_equal(mkdir(path, 0700), 0);
}

static void plant_fifo(const char *path)
{
	assert_int_equal(mkfifo(path, 0600), 0);
}

static void what_is_there_stays(void **state)
{
	static const struct {
		const char *label;
		void (*plant)(const char *path);
	} things[] = {
		{ "a text", plant_text }, { "an empty file", plant_empty },
		{ "a link", plant_link }, { "a folder", plant_folder },
		{ "a FIFO", plant_fifo },
	};

	for (size_t i = 0; i < COUNT(things) * COUNT(types); i++) {
		const char *label = things[i / COUNT(types)].label;
		struct made made = load(types[i % COUNT(types)], *state);
		struct stat before, after;

		things[i / COUNT(types)].plant(made.path);
		assert_int_equal(lstat(made.path, &before), 0);
		check_int(label, create(&made, NULL), 0);
		assert_int_equal(lstat(made.path, &after), 0);
		check_int(label, after.st_ino, before.st_ino);
		check_int(label, after.st_size, before.st_size);
		check_int(label, after.st_mode, before.st_mode);
		assert_int_equal(remove(made.path), 0);
		done(&made);
	}
}

static void without_its_folder_there_is_none(void **state)
{
	for (size_t i = 0; i < COUNT(types); i++) {
		struct made made = load(types[i], *state);
		struct why why = { 0 };

		(void)snprintf(made.path, sizeof(made.path), "/nowhere/table");
		check_int(types[i], create(&made, &why), -ENOENT);
		check_contains(types[i], why.text, "/nowhere");
		done(&made);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(it_is_empty_whole_and_for_all_to_read),
		IN_SCRATCH(smtpd_can_open_it),
		IN_SCRATCH(it_appears_under_its_name_alone),
		IN_SCRATCH(what_is_there_stays),
		IN_SCRATCH(without_its_folder_there_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
