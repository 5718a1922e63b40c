/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/trial.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "core/verdict.h"
#include "map/map.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct finding {
	int error;
	struct why why;
};

/* A record may claim to lie outside of its page. */
static void touch(struct map_bytes bytes)
{
	for (size_t i = 0; i < bytes.size; i++)
		(void)((const volatile char *)bytes.data)[i];
}

static int look_at_all(const struct table *table, struct why *why)
{
	struct map_entry entry;

	int found = table->backend->verify(table->map, why);
	if (found < 0)
		return found;
	while ((found = table->backend->next(table->map, &entry, why)) > 0) {
		touch(entry.key);
		touch(entry.value);
	}
	return found;
}

/* Nothing is closed and nothing flushed: all of it is the parent's. */
static _Noreturn void be_the_child(const struct table *table, int answer_fd, pid_t parent)
{
	const struct rlimit none = { 0 };
	struct finding finding = { 0 };

	/* No file for each crash, no call of a handler of crashes, which does not ask for
	 * the limit, and no child that survives a tool that was killed. */
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It was killed before that: we have its locks, and nobody waits for an answer.
	 */
	if (getppid() != parent)
		_exit(1);
	finding.error = look_at_all(table, &finding.why);
	_exit(write(answer_fd, &finding, sizeof(finding)) != sizeof(finding));
}

/* 1 = the child has answered, 0 = it has died, -ETIMEDOUT = neither */
static int await(int answer_fd, long milliseconds, struct finding *ret)
{
	struct pollfd wanted = { .fd = answer_fd, .events = POLLIN };
	int ready;

	do
		ready = poll(&wanted, 1, (int)milliseconds);
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return -ETIMEDOUT;
	return read(answer_fd, ret, sizeof(*ret)) == sizeof(*ret);
}

static int cannot_look(const char *path, struct why *why)
{
	/* Never -EAGAIN, which would say that the table was changed meanwhile. */
	return why_say(why, -ENOMEM,
		       "cannot start a process to look at the table %s, which somebody "
		       "else wrote",
		       path);
}

static int judge(int answered, const struct finding *finding, const char *path,
		 struct why *why)
{
	if (answered > 0) {
		if (why)
			*why = finding->why;
		return finding->error;
	}
	return why_say(why, -EBADMSG,
		       "the table %s is damaged (the database library %s); rebuild it "
		       "from its text",
		       path, answered < 0 ? "comes to no end with it" : "crashed on it");
}

int trial_within(const struct table *table, const char *path, long milliseconds,
		 struct why *why)
{
	struct finding finding = { 0 };
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return cannot_look(path, why);
	cleanup_fd int answer_fd = ends[0];
	const pid_t parent = getpid();
	const pid_t child = fork();
	if (child == 0)
		be_the_child(table, ends[1], parent);
	(void)close(ends[1]);
	if (child < 0)
		return cannot_look(path, why);
	const int answered = await(answer_fd, milliseconds, &finding);
	/* Without an answer it still has its end of the pipe, hence its number, too. */
	if (answered < 0)
		(void)kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
	return judge(answered, &finding, path, why);
}

int trial(const struct table *table, const char *path, struct why *why)
{
	return trial_within(table, path, TRIAL_MS, why);
}
