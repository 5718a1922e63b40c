/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan - what sapdb setup is going to change, before it changes anything
 *
 * The parts (part.h) read files by way of the plan and change their texts in it; what is
 * to run stands between the files, in the order in which all of it is to happen. A file
 * is read once: two parts that change it see each other's changes.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct settings;
struct why;

#define PLAN_FILES 16
#define PLAN_STEPS 40
#define COMMAND_WORDS 10
#define FILE_MOST (1L << 20)

struct plan_file {
	char path[PATH_MAX];
	char *before; /* NULL: there is none */
	char *text;   /* NULL: there is to be none */
	struct stat was;
};

struct plan_step {
	struct plan_file *file; /* NULL: a command */
	const char *argv[COMMAND_WORDS];
	bool one_is_fine; /* exit status 1 means that there was nothing to do */
};

struct plan {
	const struct settings *settings;
	const char *conf; /* the settings file */
	bool remove;
	char self[PATH_MAX];	/* this program */
	char expired[PATH_MAX]; /* the file that tells of runs of `sapdb expire` */
	struct plan_file files[PLAN_FILES];
	size_t file_count;
	struct plan_step steps[PLAN_STEPS];
	size_t step_count;
};

void plan_begin(struct plan *plan, const struct settings *settings, const char *conf);

/* The file's text as the plan has it by now. -ENOENT: there is none (`ret` has a NULL
 * text, and may be given one). It takes its place among the steps at the first call. */
int plan_file(struct plan *plan, const char *path, struct plan_file **ret,
	      struct why *why);

/* A file that must be there: `cure` says what brings it. */
int plan_needs_file(struct plan *plan, const char *path, const char *cure,
		    struct plan_file **ret, struct why *why);

/* The words must outlive the plan. */
int plan_command(struct plan *plan, const char *const *argv, struct why *why);
#define PLAN_RUN(plan, why, ...)                                                         \
	plan_command(plan, (const char *const[]){ __VA_ARGS__, NULL }, why)

/* The settings file is not the one that the units read. */
bool plan_is_elsewhere(const struct plan *plan);

/* `sapdb WORD [WORD]` with these settings. */
int plan_sapdb(struct plan *plan, const char *word, const char *other, struct why *why);

bool plan_file_changes(const struct plan_file *file);
bool plan_is_empty(const struct plan *plan);

void plan_free(struct plan *plan);
#define cleanup_plan __attribute__((cleanup(plan_free)))
