/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/table_file.h"

#include "base/ascii.h"
#include "base/deadline.h"
#include "base/why.h"
#include "core/commit.h"
#include "core/commit_lock.h"
#include "db-tool/command.h"
#include "db-tool/leases.h"
#include "db-tool/trial.h"

#include <errno.h>
#include <string.h>

static int load(const struct tool *tool, int note_fd, struct table_file *ret,
		struct why *why)
{
	const struct settings *settings = &tool->settings;

	*ret = (struct table_file){ 0 };
	ret->place =
		(struct map_place){ .path = settings->map_path,
				    .note_fd = note_fd,
				    .nul_when_empty = mta_preset_of(settings->mta)->nul,
				    .in_place = map_type_in_place(settings->map_type) };
	const int error = map_backend_load(settings->map_type, settings->backend_dir,
					   &ret->loaded, why);
	ret->table.backend = ret->loaded.backend;
	return error;
}

int table_file_open(const struct tool *tool, struct table_file *ret, struct why *why)
{
	return table_file_open_other(tool, tool->settings.map_path, ret, why);
}

int table_file_open_other(const struct tool *tool, const char *path,
			  struct table_file *ret, struct why *why)
{
	const struct timespec deadline = deadline_in(LEASES_PATIENCE_MS);
	unsigned round = 0;

	int error = load(tool, -1, ret, why);
	if (error < 0)
		return error;
	ret->place.path = path;
	do
		error = ret->table.backend->open(&ret->place, &ret->table.map, why);
	while (error == -EBUSY && deadline_nap(deadline, &round));
	return error < 0 ? error : trial(&ret->table, ret->place.path, why);
}

void table_file_close(struct table_file *file)
{
	if (file->table.backend)
		file->table.map = file->table.backend->close(file->table.map);
	map_backend_unload(&file->loaded);
	*file = (struct table_file){ 0 };
}

static int edit_open_table(const struct table_file *file, const struct commit_edit *edit,
			   struct why *why)
{
	const struct table *table = &file->table;
	int changed = table->backend->begin(table->map, why);

	if (changed == 0)
		changed = trial(table, file->place.path, why);
	if (changed == 0)
		changed = edit->apply(edit->context, table, why);
	if (changed > 0)
		return table->backend->commit(table->map, why);
	table->backend->abandon(table->map);
	return changed;
}

/* A table that has nothing to do with leases. */
static int edit_other_map(const struct tool *tool, const struct commit_lock *lock,
			  const struct commit_edit *edit, struct why *why)
{
	cleanup_table_file struct table_file file = { 0 };

	int error = load(tool, lock->fd, &file, why);
	file.place.dated_now = edit->remakes;
	file.place.new_mode = commit_new_mode(&tool->settings);
	if (error == 0 && map_needs_recovery(&file.place))
		error = file.table.backend->recover(&file.place, why);
	if (error == 0)
		error = file.table.backend->open(&file.place, &file.table.map, why);
	if (error == -ENOENT && edit->remakes)
		error = file.table.backend->create(&file.place, why);
	if (error == 0 && !file.table.map)
		error = file.table.backend->open(&file.place, &file.table.map, why);
	return error < 0 ? error : edit_open_table(&file, edit, why);
}

int table_file_edit(const struct tool *tool, const struct commit_edit *edit,
		    struct why *why)
{
	const bool leased = strcmp(tool->settings.map_path, tool->configured_map) == 0;
	cleanup_leases struct leases leases = LEASES_NONE;
	cleanup_commit_lock struct commit_lock lock = { .fd = -1 };
	const struct commit_order order = { .lock = &lock, .edit = edit };
	unsigned round = 0;

	int error = leases_open(tool, &leases, why);
	if (error == 0)
		error = commit_lock_take(&leases.dir, leases.job.deadline, NULL, &lock,
					 why);
	if (error < 0)
		return error;
	do
		error = leased ? commit(&leases.job, &order, NULL, why)
			       : edit_other_map(tool, &lock, edit, why);
	while ((error == -EBUSY || error == -EAGAIN) &&
	       deadline_nap(leases.job.deadline, &round));
	return error;
}

bool key_is_marker(const char *key)
{
	return ascii_begins(key, "SAP:");
}

char **keys_of(char **argv)
{
	return argv[1] && strcmp(argv[1], "--") == 0 ? argv + 2 : argv + 1;
}
