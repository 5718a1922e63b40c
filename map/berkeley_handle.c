/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/berkeley_handle.h"

#include "map/change_list.h"
#include "map/shadow_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define ALL_PAGES 100 /* percent that are to be clean */

/* libdb would write its complaints to the host's stderr, and what it finds in a damaged
 * table to its stdout, which may be the client's connection. */
static void say_nothing(const DB_ENV *env, const char *prefix, const char *message)
{
	(void)env;
	(void)prefix;
	(void)message;
}

static void show_nothing(const DB_ENV *env, const char *message)
{
	(void)env;
	(void)message;
}

static int create(DB **ret)
{
	const int error = db_create(ret, NULL, 0);

	if (error == 0) {
		(*ret)->set_errcall(*ret, say_nothing);
		(*ret)->set_msgcall(*ret, show_nothing);
	}
	return error;
}

/*
 * When no descriptor is left, libdb sleeps for seconds and tries again (os_open.c). When
 * the close of its first look at a file fails, it frees what it has freed (fop_util.c):
 * what NFS or FUSE have to say at a close of this file, they say here.
 */
static int open_and_close(int fd)
{
	const int another = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return another < 0 || close(another) < 0 ? errno : 0;
}

int berkeley_handle_open(struct berkeley_handle *handle, int fd, DBTYPE type,
			 bool changing)
{
	char path[SHADOW_PATH_MAX];

	handle->named_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (handle->named_fd < 0)
		return errno;
	int error = open_and_close(fd);
	if (error == 0)
		error = create(&handle->db);
	if (error == 0) {
		shadow_path(handle->named_fd, path);
		error = handle->db->open(handle->db, NULL, path, NULL, type,
					 changing ? 0 : DB_RDONLY, 0);
	}
	if (error != 0)
		berkeley_handle_close(handle);
	return error;
}

static DBT as_kept(struct map_bytes bytes)
{
	return (DBT){ .data = (void *)(uintptr_t)bytes.data,
		      .size = (u_int32_t)bytes.size };
}

int berkeley_handle_redo(const struct berkeley_handle *handle,
			 const struct change_list *changes)
{
	DB *db = handle->db;
	struct change change;
	size_t at = 0;
	int found;

	while ((found = change_list_next(changes, &at, &change)) > 0) {
		DBT key = as_kept(change.key), value = as_kept(change.value);
		const int error = change.value.data ? db->put(db, NULL, &key, &value, 0)
						    : db->del(db, NULL, &key, 0);
		/* Gone already: a child of ours that verified the file has redone it. */
		if (error != 0 && error != DB_NOTFOUND)
			return error;
	}
	return found;
}

/* 0: none is left. */
static int count_changed_pages(DB_ENV *env)
{
	DB_MPOOL_STAT *pool = NULL;

	if (env->memp_stat(env, &pool, NULL, 0) != 0)
		return 1;
	const int changed = pool->st_page_dirty != 0;
	free(pool);
	return changed;
}

int berkeley_handle_write(const struct berkeley_handle *handle)
{
	DB *db = handle->db;
	DB_ENV *env = db->get_env(db);
	int written = 0;

	/* As DB->sync does, but without its fdatasync: one sync by the caller is for
	 * all of the file. */
	if (env->memp_trickle(env, ALL_PAGES, &written) == 0 &&
	    count_changed_pages(env) == 0)
		return 0;
	return db->sync(db, 0);
}

void berkeley_handle_close(struct berkeley_handle *handle)
{
	/*
	 * Of a file that it has written to, libdb opens the name once more to sync it,
	 * whatever it is told (mp_fopen.c, __memp_mf_sync). The caller has done that by
	 * now: the name becomes that of a folder, which libdb can't open.
	 */
	const int folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (folder >= 0) {
		(void)dup3(folder, handle->named_fd, O_CLOEXEC);
		(void)close(folder);
	}
	if (handle->db)
		(void)handle->db->close(handle->db, DB_NOSYNC);
	if (handle->named_fd >= 0)
		(void)close(handle->named_fd);
	*handle = (struct berkeley_handle)BERKELEY_HANDLE_NONE;
}

int berkeley_file_make(int fd, DBTYPE type)
{
	char path[SHADOW_PATH_MAX];
	DB *db = NULL;

	int error = create(&db);
	if (error != 0)
		return error;
	shadow_path(fd, path);
	/* Truncate: in an empty file libdb would look for a head. */
	error = db->open(db, NULL, path, NULL, type, DB_CREATE | DB_TRUNCATE, 0);
	const int closed = db->close(db, 0);
	return error != 0 ? error : closed;
}

int berkeley_file_verify(int fd)
{
	char path[SHADOW_PATH_MAX];
	DB *db = NULL;

	/* DB->verify wants a handle of its own, and takes it. */
	const int error = create(&db);
	if (error != 0)
		return error;
	shadow_path(fd, path);
	return db->verify(db, path, NULL, NULL, 0);
}
