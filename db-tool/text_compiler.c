/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/text_compiler.h"

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/why.h"
#include "core/new_folder.h"
#include "db-tool/command.h"
#include "db-tool/leases.h"
#include "db-tool/program.h"
#include "map/file_lock.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#define FOLDER "rebuild"
#define NAME "table"
#define PROGRAM_MS (15L * 60 * 1000) /* a million lines take it some seconds */
#define WARNINGS 5		     /* that are told */

/* Where one run of the program happens. */
struct place {
	const struct text_order *order;
	const char *type;    /* "hash" */
	char base[PATH_MAX]; /* FOLDER/table */
	int text_fd;
};

static void empty(int folder_fd)
{
	const int another = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *dir = another < 0 ? NULL : fdopendir(another);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			(void)unlinkat(folder_fd, entry->d_name, 0);
}

static int open_folder(const char *state_dir, struct compiled_text *ret, struct why *why)
{
	const struct timespec deadline = deadline_in(LEASES_PATIENCE_MS);
	char path[PATH_MAX];
	unsigned round = 0;
	int locked;

	(void)snprintf(path, sizeof(path), "%s/" FOLDER, state_dir);
	const int made = new_folder(AT_FDCWD, path, S_IRWXU);
	if (made < 0)
		return why_set(why, made, "cannot make the folder %s", path);
	cleanup_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return why_set(why, -errno, "cannot open the folder %s", path);
	while ((locked = file_lock_exclusive(fd)) == -EBUSY)
		if (!deadline_nap(deadline, &round))
			return why_say(why, -EBUSY,
				       "another rebuild is under way (who: fuser -v %s)",
				       path);
	if (locked < 0)
		return why_set(why, locked, "cannot lock the folder %s", path);
	empty(fd);
	ret->folder_fd = take_fd(&fd);
	return 0;
}

static int open_text(const char *path, struct why *why)
{
	struct stat file;
	cleanup_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return why_set(why, -errno, "cannot read the text %s", path);
	if (fstat(fd, &file) < 0 || !S_ISREG(file.st_mode))
		return why_say(why, -EINVAL, "the text %s is no regular file", path);
	return take_fd(&fd);
}

/* postmap reads the text by its name, and writes beside it. */
static int copy_text(int text_fd, const char *to, struct why *why)
{
	ssize_t copied;
	cleanup_fd int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
				 S_IRUSR | S_IWUSR);

	if (fd < 0)
		return why_set(why, -errno, "cannot make %s", to);
	do
		copied = sendfile(fd, text_fd, NULL, 1 << 30);
	while (copied > 0 || (copied < 0 && errno == EINTR));
	return copied < 0 ? why_set(why, -errno, "cannot copy the text to %s", to) : 0;
}

/* The line with what stands for the text's name in it replaced: whether it was there. */
static bool name_text(const char *line, size_t length, const struct place *place,
		      char *ret, size_t room)
{
	char whole[WHY_MAX];

	(void)snprintf(whole, sizeof(whole), "%.*s", (int)length, line);
	const char *name = strstr(whole, place->base);
	const char *rest = name ? name + strlen(place->base) : NULL;
	if (rest && rest[0] == '.')
		rest += strcspn(rest, ":, ");
	if (name)
		(void)snprintf(ret, room, "%.*s%s%s", (int)(name - whole), whole,
			       place->order->text, rest);
	else
		(void)snprintf(ret, room, "%s", whole);
	return name != NULL;
}

/* 0: what it says is no more than a warning, and is told. */
static int judge(const struct program_output *said, const struct place *place,
		 struct why *why)
{
	const char *line = said->err ? said->err : "";
	char shown[WHY_MAX + PATH_MAX], first[WHY_MAX + PATH_MAX] = "";
	size_t length;

	for (int told = 0; *line; line += length + (line[length] == '\n')) {
		length = strcspn(line, "\n");
		if (length == 0)
			continue;
		if (name_text(line, length, place, shown, sizeof(shown)))
			return why_say(why, -EINVAL, "%s; the table stays as it was",
				       shown);
		if (first[0] == '\0')
			memcpy(first, shown, sizeof(first));
		if (said->status == 0 && told++ < WARNINGS)
			(void)complain(0, "%s", shown);
	}
	if (said->status == 0)
		return 0;
	return why_say(why, -EINVAL,
		       "%s ended with status %d%s%s; the table stays as it was",
		       place->order->program, said->status, first[0] ? ": " : "", first);
}

static int run_program(const struct place *place, bool is_postmap, struct why *why)
{
	cleanup_program_output struct program_output said = { 0 };
	char named[PATH_MAX + 16];

	(void)snprintf(named, sizeof(named), "%s:%s", place->type, place->base);
	const char *const makemap[] = { place->order->program, place->type, place->base,
					NULL };
	const char *const postmap[] = { place->order->program, named, NULL };
	const struct program program = {
		.argv = is_postmap ? postmap : makemap,
		.input_fd = is_postmap ? -1 : place->text_fd,
		.milliseconds = PROGRAM_MS,
	};
	const int error = program_run(&program, &said, why);
	if (error == -ENOENT)
		return why_say(why, error,
			       "the program %s is not installed; name one by %s",
			       place->order->program,
			       is_postmap ? "--postmap=PROGRAM" : "--makemap=PROGRAM");
	return error < 0 ? error : judge(&said, place, why);
}

/* Of what was changed while it was read nobody knows what was read. */
static int still_the_same(const struct place *place, const struct stat *before,
			  struct why *why)
{
	struct stat now;

	if (stat(place->order->text, &now) < 0)
		return why_set(why, -errno, "cannot look at %s", place->order->text);
	if (now.st_ino == before->st_ino && now.st_size == before->st_size &&
	    now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == before->st_mtim.tv_nsec)
		return 0;
	return why_say(
		why, -EINVAL,
		"%s was changed while it was read; the table stays as it was: once more",
		place->order->text);
}

static int compile(struct place *place, bool is_postmap, struct why *why)
{
	struct stat before;

	cleanup_fd int text_fd = open_text(place->order->text, why);
	if (text_fd < 0)
		return text_fd;
	if (fstat(text_fd, &before) < 0)
		return why_set(why, -errno, "cannot look at %s", place->order->text);
	place->text_fd = text_fd;
	int error = is_postmap ? copy_text(text_fd, place->base, why) : 0;
	if (error == 0)
		error = run_program(place, is_postmap, why);
	return error < 0 ? error : still_the_same(place, &before, why);
}

/* Returns whether it is postmap; -EINVAL: nobody can say which. */
static int choose(const struct tool *tool, const struct text_order *order,
		  struct why *why)
{
	const bool lmdb = strcmp(tool->settings.map_type, "lmdb") == 0;

	if (order->compiler == COMPILER_BY_MTA && tool->settings.mta == MTA_EXIM)
		return why_say(why, -EINVAL,
			       "Exim has no compiler of its own for this table: say "
			       "--makemap or --postmap");
	const bool is_postmap = order->compiler == COMPILER_BY_MTA
					? tool->settings.mta == MTA_POSTFIX
					: order->compiler == COMPILER_POSTMAP;
	if (lmdb && !is_postmap)
		return why_say(why, -EINVAL,
			       "makemap makes no LMDB table: say --postmap");
	return is_postmap;
}

int text_compiler_run(const struct tool *tool, const struct text_order *order,
		      struct compiled_text *ret, struct why *why)
{
	const struct settings *settings = &tool->settings;
	struct text_order named = *order;
	struct place place = { .order = &named, .type = settings->map_type };

	const int is_postmap = choose(tool, order, why);
	if (is_postmap < 0)
		return is_postmap;
	if (!named.program)
		named.program = is_postmap ? "postmap" : "makemap";
	int error = open_folder(settings->state_dir, ret, why);
	if (error < 0)
		return error;
	(void)snprintf(place.base, sizeof(place.base), "%s/" FOLDER "/" NAME,
		       settings->state_dir);
	(void)snprintf(ret->table, sizeof(ret->table), "%.*s%s", PATH_MAX - 8, place.base,
		       strcmp(settings->map_type, "lmdb") == 0 ? ".lmdb" : ".db");
	error = compile(&place, is_postmap, why);
	if (error < 0)
		text_compiler_close(ret);
	return error;
}

void text_compiler_close(struct compiled_text *compiled)
{
	if (compiled->folder_fd < 0)
		return;
	empty(compiled->folder_fd);
	file_unlock(compiled->folder_fd);
	close_owned_fd(&compiled->folder_fd);
	compiled->folder_fd = -1;
}
