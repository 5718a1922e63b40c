/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/block.h"

#include "base/why.h"
#include "core/escape.h"
#include "core/event.h"
#include "core/line_words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void block_of_user(struct block *ret, const char *user, time_t until)
{
	*ret = (struct block){ .until = until };
	(void)escape_text(user, " =", ret->user, sizeof(ret->user));
}

int block_of_network(struct block *ret, const char *network, time_t until,
		     struct why *why)
{
	struct networks one = { 0 };

	const int error = networks_parse(network, &one, why);
	if (error < 0)
		return error;
	if (one.count != 1)
		return why_say(why, -EINVAL, "'%s' is no address and no network",
			       network);
	*ret = (struct block){ .network = one.list[0], .until = until };
	return 0;
}

bool block_same(const struct block *a, const struct block *b)
{
	return strcmp(a->user, b->user) == 0 && a->network.family == b->network.family &&
	       a->network.prefix == b->network.prefix &&
	       memcmp(a->network.bytes, b->network.bytes, sizeof(a->network.bytes)) == 0;
}

bool block_covers(const struct block *block, const struct lease *lease,
		  unsigned ipv6_prefix)
{
	if (block->user[0] != '\0')
		return strcmp(block->user, lease->user) == 0;
	return network_contains(&block->network, &lease->client,
				lease->client.family == AF_INET6 ? ipv6_prefix : 32);
}

bool block_is_over(const struct block *block, time_t now)
{
	return block->until != 0 && block->until <= now;
}

size_t block_print(const struct block *block, char line[static BLOCK_LINE])
{
	char network[NETWORK_TEXT];
	const bool user = block->user[0] != '\0';

	return (size_t)snprintf(
		line, BLOCK_LINE, "%s=%s until=%lld\n", user ? "user" : "network",
		user ? block->user : network_print(&block->network, network),
		(long long)block->until);
}

int block_parse(const char *line, struct block *ret)
{
	struct block parsed = { 0 };
	char network[NETWORK_TEXT];

	if (line_word(&line, "user=", parsed.user, sizeof(parsed.user)) < 0 &&
	    (line_word(&line, "network=", network, sizeof(network)) < 0 ||
	     block_of_network(&parsed, network, 0, NULL) < 0))
		return -EINVAL;
	if (line_time(&line, " until=", &parsed.until) < 0 || *line != '\n')
		return -EINVAL;
	*ret = parsed;
	return 0;
}

const char *block_whom(const struct block *block, char text[static BLOCK_TEXT])
{
	char network[NETWORK_TEXT];

	if (block->user[0] != '\0')
		(void)snprintf(text, BLOCK_TEXT, "user %s", block->user);
	else
		(void)snprintf(text, BLOCK_TEXT, "%s",
			       network_print(&block->network, network));
	return text;
}

const char *block_tell(const struct block *block, const char *middle,
		       char text[static BLOCK_TEXT])
{
	char end[EVENT_TIME];

	(void)block_whom(block, text);
	const size_t length = strlen(text);
	(void)snprintf(text + length, BLOCK_TEXT - length, "%s%s%s", middle,
		       block->until == 0 ? "" : " until ",
		       block->until == 0 ? "" : event_time(block->until, end));
	return text;
}
