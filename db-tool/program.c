/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/program.h"

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/why.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define READ_AT_ONCE 65536

static const char *const folders[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin" };

/* What it says on one of its streams. */
struct stream {
	int fd;
	char *text;
	size_t size, room;
};

static bool is_program(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 && S_ISREG(file.st_mode) && access(path, X_OK) == 0;
}

static bool find(const char *name, char path[static PATH_MAX])
{
	if (strchr(name, '/')) {
		(void)snprintf(path, PATH_MAX, "%s", name);
		return is_program(path);
	}
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		(void)snprintf(path, PATH_MAX, "%s/%s", folders[i], name);
		if (is_program(path))
			return true;
	}
	return false;
}

bool program_is_there(const char *name)
{
	char path[PATH_MAX];

	return find(name, path);
}

/* Returns 1 = read something, 0 = the end */
static int read_more(struct stream *stream)
{
	if (stream->room - stream->size <= READ_AT_ONCE) {
		const size_t room = stream->room * 2 + 2 * READ_AT_ONCE;
		char *text = realloc(stream->text, room);
		if (!text)
			return -ENOMEM;
		stream->text = text;
		stream->room = room;
	}
	const ssize_t length =
		read(stream->fd, stream->text + stream->size, READ_AT_ONCE);
	if (length < 0)
		return errno == EINTR ? 1 : -errno;
	stream->size += (size_t)length;
	stream->text[stream->size] = '\0';
	if (stream->size > PROGRAM_SAYS_MOST)
		return -EFBIG;
	return length > 0;
}

static int milliseconds_to(struct timespec deadline)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	const long left = (deadline.tv_sec - now.tv_sec) * 1000 +
			  (deadline.tv_nsec - now.tv_nsec) / 1000000 + 1;
	return left < 0 ? 0 : (int)(left < INT_MAX ? left : INT_MAX);
}

/* Until both streams have ended. */
static int listen_to(struct stream streams[static 2], struct timespec deadline)
{
	struct pollfd wanted[2] = { { .fd = streams[0].fd, .events = POLLIN },
				    { .fd = streams[1].fd, .events = POLLIN } };

	while (wanted[0].fd >= 0 || wanted[1].fd >= 0) {
		const int ready = poll(wanted, 2, milliseconds_to(deadline));
		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready == 0)
			return -ETIMEDOUT;
		for (int i = 0; i < 2 && ready > 0; i++) {
			const int found = wanted[i].revents ? read_more(&streams[i]) : 1;
			if (found < 0)
				return found;
			if (found == 0)
				wanted[i].fd = -1;
		}
	}
	return 0;
}

/* The prototype wants arguments that may be written; nothing writes them. */
static int spawn(const char *path, const char *const *argv,
		 const posix_spawn_file_actions_t *actions, pid_t *ret)
{
	char path_variable[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
	     language[] = "LC_ALL=C";
	char *const environment[] = { path_variable, language, NULL };
	posix_spawnattr_t attributes;
	char *const *arguments;
	sigset_t none, usual;

	memcpy(&arguments, &argv, sizeof(arguments));
	(void)sigemptyset(&none);
	(void)sigemptyset(&usual);
	(void)sigaddset(&usual, SIGPIPE);
	int error = posix_spawnattr_init(&attributes);
	if (error != 0)
		return -error;
	/* A group of its own: what it starts is killed with it. */
	(void)posix_spawnattr_setpgroup(&attributes, 0);
	(void)posix_spawnattr_setsigmask(&attributes, &none);
	(void)posix_spawnattr_setsigdefault(&attributes, &usual);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
							    POSIX_SPAWN_SETSIGMASK |
							    POSIX_SPAWN_SETSIGDEF);
	error = posix_spawn(ret, path, actions, &attributes, arguments, environment);
	(void)posix_spawnattr_destroy(&attributes);
	return -error;
}

static int start(const char *path, const struct program *program, const int said[2],
		 pid_t *ret)
{
	posix_spawn_file_actions_t actions;

	cleanup_fd int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (nothing < 0)
		return -errno;
	int error = posix_spawn_file_actions_init(&actions);
	if (error != 0)
		return -error;
	const int input = program->input_fd >= 0 ? program->input_fd : nothing;
	error = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&actions, said[0],
							 STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&actions, said[1],
							 STDERR_FILENO);
	error = error == 0 ? spawn(path, program->argv, &actions, ret) : -error;
	(void)posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* It may close its streams and live on. */
static int wait_for(pid_t child, struct timespec deadline, int *ret_status)
{
	unsigned round = 0;
	int status = 0;
	pid_t ended;

	do
		ended = waitpid(child, &status, WNOHANG);
	while ((ended == 0 || (ended < 0 && errno == EINTR)) &&
	       deadline_nap(deadline, &round));
	if (ended < 0)
		return -errno;
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return ended == 0 ? -ETIMEDOUT : 0;
}

static void end(pid_t child)
{
	(void)kill(-child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
}

static int run(const char *path, const struct program *program, struct stream says[2],
	       int *ret_status)
{
	const struct timespec deadline = deadline_in(program->milliseconds);
	int out[2], err[2];
	pid_t child = 0;

	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	cleanup_fd int out_end = out[0];
	cleanup_fd int out_start = out[1];
	if (pipe2(err, O_CLOEXEC) < 0)
		return -errno;
	cleanup_fd int err_end = err[0];
	cleanup_fd int err_start = err[1];
	int error = start(path, program, (const int[]){ out_start, err_start }, &child);
	if (error < 0)
		return error;
	(void)close(take_fd(&out_start));
	(void)close(take_fd(&err_start));
	says[0].fd = out_end;
	says[1].fd = err_end;
	error = listen_to(says, deadline);
	if (error == 0)
		error = wait_for(child, deadline, ret_status);
	if (error < 0)
		end(child);
	return error;
}

int program_run(const struct program *program, struct program_output *ret,
		struct why *why)
{
	const char *name = program->argv[0];
	struct stream says[2] = { 0 };
	char path[PATH_MAX];

	*ret = (struct program_output){ 0 };
	if (!find(name, path))
		return why_say(why, -ENOENT, "the program %s is not installed", name);
	const int error = run(path, program, says, &ret->status);
	ret->out = says[0].text;
	ret->err = says[1].text;
	ret->out_size = says[0].size;
	ret->err_size = says[1].size;
	if (error == 0)
		return 0;
	program_output_free(ret);
	if (error == -ETIMEDOUT)
		return why_say(why, error, "%s did not end within %ld seconds", name,
			       program->milliseconds / 1000);
	return why_set(why, error, "cannot run %s", name);
}

void program_output_free(struct program_output *output)
{
	free(output->out);
	free(output->err);
	*output = (struct program_output){ 0 };
}
