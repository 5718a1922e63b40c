/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/setup/plan.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "core/settings.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

void plan_begin(struct plan *plan, const struct settings *settings, const char *conf)
{
	*plan = (struct plan){ .settings = settings, .conf = conf };
	const ssize_t size =
		readlink("/proc/self/exe", plan->self, sizeof(plan->self) - 1);
	if (size < 0)
		(void)snprintf(plan->self, sizeof(plan->self), "sapdb");
	(void)snprintf(plan->expired, sizeof(plan->expired), "%s/expired",
		       settings->state_dir);
}

static int read_text(int fd, const struct stat *file, char **ret)
{
	cleanup_free char *text = malloc((size_t)file->st_size + 2);
	ssize_t size = 0, more;

	if (!text)
		return -ENOMEM;
	while ((more = read(fd, text + size, (size_t)(file->st_size + 1 - size))) > 0)
		size += more;
	if (more < 0)
		return -errno;
	if (size != file->st_size)
		return -EAGAIN;
	text[size] = '\0';
	if (strlen(text) != (size_t)size)
		return -EILSEQ;
	*ret = text;
	text = NULL;
	return 0;
}

static int load(struct plan_file *file, struct why *why)
{
	cleanup_fd int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &file->was) < 0)
		return why_set(why, -errno, "cannot read %s", file->path);
	if (!S_ISREG(file->was.st_mode) || file->was.st_size > FILE_MOST)
		return why_say(why, -EINVAL, "%s is no configuration file: it is %s",
			       file->path,
			       S_ISREG(file->was.st_mode) ? "too large" : "no file");
	const int error = read_text(fd, &file->was, &file->before);
	if (error < 0)
		return why_set(why, error, "cannot read %s as a text", file->path);
	file->text = strdup(file->before);
	return file->text ? 0 : why_set(why, -ENOMEM, "cannot read %s", file->path);
}

static struct plan_step *new_step(struct plan *plan)
{
	return plan->step_count < PLAN_STEPS ? &plan->steps[plan->step_count] : NULL;
}

int plan_file(struct plan *plan, const char *path, struct plan_file **ret,
	      struct why *why)
{
	for (size_t i = 0; i < plan->file_count; i++)
		if (strcmp(plan->files[i].path, path) == 0) {
			*ret = &plan->files[i];
			return plan->files[i].text ? 0 : -ENOENT;
		}
	struct plan_step *step = new_step(plan);
	if (plan->file_count == PLAN_FILES || !step)
		return why_say(why, -ENOSPC,
			       "too many files for one run: name less parts");
	struct plan_file *file = &plan->files[plan->file_count];
	(void)snprintf(file->path, sizeof(file->path), "%s", path);
	const int error = load(file, why);
	if (error < 0)
		return error;
	step->file = file;
	plan->file_count++;
	plan->step_count++;
	*ret = file;
	return file->text ? 0 : why_say(why, -ENOENT, "there is no %s", path);
}

int plan_needs_file(struct plan *plan, const char *path, const char *cure,
		    struct plan_file **ret, struct why *why)
{
	const int error = plan_file(plan, path, ret, why);

	return error == -ENOENT ? why_say(why, error, "there is no %s: %s", path, cure)
				: error;
}

int plan_command(struct plan *plan, const char *const *argv, struct why *why)
{
	struct plan_step *step = new_step(plan);
	if (!step)
		return why_say(why, -ENOSPC, "too much for one run: name less parts");
	for (size_t i = 0; i < COMMAND_WORDS - 1 && argv[i]; i++)
		step->argv[i] = argv[i];
	plan->step_count++;
	return 0;
}

bool plan_is_elsewhere(const struct plan *plan)
{
	return strcmp(plan->conf, CONF_FILE) != 0;
}

int plan_sapdb(struct plan *plan, const char *word, const char *other, struct why *why)
{
	const char *argv[COMMAND_WORDS] = { plan->self };
	size_t count = 1;

	if (plan_is_elsewhere(plan)) {
		argv[count++] = "-c";
		argv[count++] = plan->conf;
	}
	argv[count++] = word;
	argv[count] = other;
	const int error = plan_command(plan, argv, why);
	if (error == 0)
		plan->steps[plan->step_count - 1].one_is_fine = true;
	return error;
}

bool plan_file_changes(const struct plan_file *file)
{
	if (!file->before || !file->text)
		return file->before != file->text;
	return strcmp(file->before, file->text) != 0;
}

bool plan_is_empty(const struct plan *plan)
{
	for (size_t i = 0; i < plan->step_count; i++)
		if (!plan->steps[i].file || plan_file_changes(plan->steps[i].file))
			return false;
	return true;
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->file_count; i++) {
		free(plan->files[i].before);
		free(plan->files[i].text);
	}
}
