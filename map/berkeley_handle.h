/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * berkeley_handle - libdb on a file that is open already, quiet and without detours
 *
 * libdb opens files by name only and more than once. It gets the name of a descriptor,
 * so that it is our inode whatever happens to its name, and no environment: none of its
 * region files, and no DB_CONFIG of the map's folder is read.
 *
 * Errors are libdb's: 0, a positive errno or a negative code of its own.
 */
#pragma once

#include <db.h>
#include <stdbool.h>

struct change_list;

struct berkeley_handle {
	DB *db;	      /* NULL: closed */
	int named_fd; /* what libdb's name for the file names */
};

#define BERKELEY_HANDLE_NONE                                                             \
	{                                                                                \
		.named_fd = -1                                                           \
	}

int berkeley_handle_open(struct berkeley_handle *handle, int fd, DBTYPE type,
			 bool changing);

/* Do what the list says, in its order. */
int berkeley_handle_redo(const struct berkeley_handle *handle,
			 const struct change_list *changes);

/* Every changed page is in the file; its sync is left to the caller. */
int berkeley_handle_write(const struct berkeley_handle *handle);

/* What was not written is lost. */
void berkeley_handle_close(struct berkeley_handle *handle);

/* An empty table in an empty file. */
int berkeley_file_make(int fd, DBTYPE type);

/* Whether the file is a sound table of libdb's. */
int berkeley_file_verify(int fd);
