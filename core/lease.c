/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/lease.h"

#include "core/escape.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lease_make(struct lease *ret, const struct client_address *client, const char *user,
		const char *service, struct timespec now)
{
	*ret = (struct lease){ .client = *client,
			       .last_login = now,
			       .opened = now.tv_sec };
	escape_text(user && *user ? user : "-", " =", ret->user, sizeof(ret->user));
	escape_text(service && *service ? service : "-", " =", ret->service,
		    sizeof(ret->service));
}

size_t lease_print(const struct lease *lease, char line[static LEASE_LINE])
{
	int length = snprintf(line, LEASE_LINE, "user=%s service=%s opened=%lld",
			      lease->user, lease->service, (long long)lease->opened);

	if (lease->until != 0)
		length += snprintf(line + length, LEASE_LINE - (size_t)length,
				   " until=%lld", (long long)lease->until);
	length += snprintf(line + length, LEASE_LINE - (size_t)length, "\n");
	return (size_t)length;
}

/* The word behind `name`, at `*at`, which then moves on; escaped words only. */
static int take_word(const char **at, const char *name, char *word, size_t room)
{
	const size_t skip = strlen(name);

	if (strncmp(*at, name, skip) != 0)
		return -EINVAL;
	const char *begin = *at + skip;
	const size_t length = strcspn(begin, " \n");
	if (length == 0 || length >= room)
		return -EINVAL;
	for (size_t i = 0; i < length; i++)
		if (begin[i] <= 0x20 || begin[i] >= 0x7f || begin[i] == '=')
			return -EINVAL;
	memcpy(word, begin, length);
	word[length] = '\0';
	*at = begin + length;
	return 0;
}

static int take_time(const char **at, const char *name, time_t *ret)
{
	char word[24], *end;

	const int error = take_word(at, name, word, sizeof(word));
	if (error < 0)
		return error;
	errno = 0;
	const long long seconds = strtoll(word, &end, 10);
	if (errno != 0 || *end != '\0' || seconds < 0)
		return -EINVAL;
	*ret = (time_t)seconds;
	return 0;
}

int lease_parse(const char *line, struct lease *ret)
{
	struct lease parsed = *ret;

	parsed.until = 0;
	if (take_word(&line, "user=", parsed.user, sizeof(parsed.user)) < 0 ||
	    take_word(&line, " service=", parsed.service, sizeof(parsed.service)) < 0 ||
	    take_time(&line, " opened=", &parsed.opened) < 0)
		return -EINVAL;
	if (*line == ' ' && take_time(&line, " until=", &parsed.until) < 0)
		return -EINVAL;
	if (strcmp(line, "\n") != 0)
		return -EINVAL;
	*ret = parsed;
	return 0;
}

time_t lease_end(const struct lease *lease, long lifetime_ms)
{
	if (lease->last_login.tv_sec == 0)
		return 0;
	const time_t end = lease->last_login.tv_sec + lifetime_ms / 1000;

	return lease->until > end ? lease->until : end;
}
