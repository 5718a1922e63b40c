/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_catcher - takes what a program would send to the system's log
 *
 * For LD_PRELOAD. Appends "PRIORITY TEXT" and a NUL to the file that LOG_CATCHER
 * names: a NUL, since a newline may be in the text, and should not. With
 * LOG_CATCHER_EARLY it has the file open from the beginning, as a program has its log:
 * for hosts that will have no descriptor left, or no way to the file.
 */
/* Else the headers have a syslog() of their own. */
#undef _FORTIFY_SOURCE

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#define LINE 16384
#define EXPORTED __attribute__((visibility("default")))

__attribute__((format(printf, 3, 0))) EXPORTED void
__vsyslog_chk(int priority, int flag, const char *format, va_list args);
__attribute__((format(printf, 3, 0))) EXPORTED void __syslog_chk(int priority, int flag,
								 const char *format, ...);

static int early = -1;

/* Twice: one call that is made to fail is none of the log's. */
static int open_log(void)
{
	const char *path = getenv("LOG_CATCHER");
	int fd = -1;

	for (int i = 0; path && i < 2 && fd < 0; i++)
		fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	return fd;
}

__attribute__((constructor)) static void begin(void)
{
	if (getenv("LOG_CATCHER_EARLY"))
		early = open_log();
}

__attribute__((format(printf, 2, 0))) static void take(int priority, const char *format,
						       va_list args)
{
	char line[LINE];
	const int fd = early >= 0 ? early : open_log();

	if (fd < 0)
		return;
	int length = snprintf(line, sizeof(line), "%d ", priority);
	length += vsnprintf(line + length, sizeof(line) - (size_t)length, format, args);
	if (length >= LINE)
		length = LINE - 1;
	if (write(fd, line, (size_t)length + 1) < 0 &&
	    write(fd, line, (size_t)length + 1) < 0)
		abort();
	if (fd != early)
		(void)close(fd);
}

__attribute__((format(printf, 3, 0))) EXPORTED void
__vsyslog_chk(int priority, int flag, const char *format, va_list args)
{
	(void)flag;
	take(priority, format, args);
}

__attribute__((format(printf, 3, 0))) EXPORTED void __syslog_chk(int priority, int flag,
								 const char *format, ...)
{
	va_list args;

	(void)flag;
	va_start(args, format);
	take(priority, format, args);
	va_end(args);
}

__attribute__((format(printf, 2, 0))) EXPORTED void
vsyslog(int priority, const char *format, va_list args)
{
	take(priority, format, args);
}

__attribute__((format(printf, 2, 0))) EXPORTED void syslog(int priority,
							   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	take(priority, format, args);
	va_end(args);
}
