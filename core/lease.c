/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/lease.h"

#include "core/escape.h"
#include "core/line_words.h"

#include <errno.h>
#include <stdio.h>
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

int lease_parse(const char *line, struct lease *ret)
{
	struct lease parsed = *ret;

	parsed.until = 0;
	if (line_word(&line, "user=", parsed.user, sizeof(parsed.user)) < 0 ||
	    line_word(&line, " service=", parsed.service, sizeof(parsed.service)) < 0 ||
	    line_time(&line, " opened=", &parsed.opened) < 0)
		return -EINVAL;
	if (*line == ' ' && line_time(&line, " until=", &parsed.until) < 0)
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
