/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/metrics.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "core/complaint.h"
#include "db-tool/command.h"
#include "db-tool/leases.h"
#include "db-tool/measures.h"
#include "db-tool/output.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define MODE 0644

/* The text, the caller's; NULL: there is no memory for it. */
static char *text_of(const struct measures *measures, size_t *ret_size)
{
	char *text = NULL;
	FILE *stream = open_memstream(&text, ret_size);

	if (!stream)
		return NULL;
	measures_print(measures, stream);
	if (fclose(stream) == 0)
		return text;
	free(text);
	return NULL;
}

/* The folder may be another user's: what has the new file's name there is not followed
 * and not written. */
static int write_new(int folder, const char *name, const char *text, size_t size)
{
	(void)unlinkat(folder, name, 0);
	cleanup_fd int fd =
		openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		       S_IRUSR | S_IWUSR);
	if (fd < 0)
		return -errno;
	const ssize_t written = write(fd, text, size);
	if (written < 0)
		return -errno;
	if ((size_t)written != size)
		return -ENOSPC;
	return fchmod(fd, MODE) < 0 ? -errno : 0;
}

/* Aside and renamed: who reads it finds the old one or the new one. Its name does not
 * end in .prom until then, or node_exporter would read half of it. */
static int replace(const char *path, const char *text, size_t size, struct why *why)
{
	char folder_path[SETTINGS_PATH], temporary[SETTINGS_PATH + sizeof("..new")];
	const char *name = strrchr(path, '/') + 1;

	(void)snprintf(folder_path, sizeof(folder_path), "%.*s", (int)(name - path),
		       path);
	(void)snprintf(temporary, sizeof(temporary), ".%s.new", name);
	cleanup_fd int folder = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return why_set(why, -errno, "metrics_file: cannot open the folder %s",
			       folder_path);
	int error = write_new(folder, temporary, text, size);
	if (error == 0 && renameat(folder, temporary, folder, name) < 0)
		error = -errno;
	if (error == 0)
		return 0;
	(void)unlinkat(folder, temporary, 0);
	return why_set(why, error, "cannot write metrics_file %s%s", path,
		       error == -EROFS ? " (pam_sap-expire.service needs ReadWritePaths= "
					 "for its folder)"
				       : "");
}

static int leave(const struct tool *tool, const struct leases *leases, struct why *why)
{
	struct measures measures;
	size_t size = 0;

	int error = measures_take(leases, &measures, why);
	if (error < 0)
		return error;
	cleanup_free char *text = text_of(&measures, &size);
	if (!text)
		return why_say(why, -ENOMEM, "out of memory");
	return replace(tool->settings.metrics_file, text, size, why);
}

void metrics_leave(const struct tool *tool, const struct leases *leases)
{
	const char *run_dir = tool->settings.run_dir;
	struct why why = { 0 };

	if (tool->settings.metrics_file[0] == '\0' || leave(tool, leases, &why) == 0)
		(void)complaint_withdraw(run_dir, COMPLAINT_METRICS);
	else if (complaint_make(run_dir, COMPLAINT_METRICS, why.text))
		(void)complain(0, "%s", why.text);
}

static int run_metrics(struct tool *tool, int argc, char **argv)
{
	cleanup_leases struct leases leases = LEASES_NONE;
	struct measures measures;
	struct why why = { 0 };

	(void)argv;
	if (argc > 1)
		return misused(&command_metrics, "it takes no argument");
	int error = leases_look(tool, &leases, &why);
	if (error == 0)
		error = measures_take(&leases, &measures, &why);
	if (error < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	if (tool->json)
		output_json(measures_json(&measures));
	else
		measures_print(&measures, stdout);
	return EXIT_DONE;
}

const struct command command_metrics = {
	.name = "metrics",
	.arguments = "",
	.purpose = "numbers for Prometheus",
	.help = "In its text format; with -j one object. The setting metrics_file has "
		"the\n"
		"timer leave them for node_exporter.\n",
	.run = run_metrics,
};
