/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/connections.h"

#include "check.h"

#include "base/why.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MANY 700 /* sockets of some 100 bytes: more than one answer of 32 KB */

/* What is put in the way of the kernel's answers. */
static struct {
	int spoilt;   /* so many of the next answers */
	int flags;    /* or these flags into them */
	int error;    /* or this error in their end; a positive one in their place */
	size_t cut;   /* or so short a message */
	int received; /* how many answers there were */
} way;

ssize_t __real_mnl_socket_recvfrom(const struct mnl_socket *socket, void *answer,
				   size_t size);
ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *socket, void *answer,
				   size_t size);

ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *socket, void *answer,
				   size_t size)
{
	const ssize_t got = __real_mnl_socket_recvfrom(socket, answer, size);
	struct nlmsghdr *header = answer;

	way.received++;
	if (got < (ssize_t)sizeof(*header) || way.spoilt == 0)
		return got;
	way.spoilt--;
	header->nlmsg_flags |= (unsigned short)way.flags;
	if (way.cut > 0) {
		header->nlmsg_type = 20; /* SOCK_DIAG_BY_FAMILY */
		header->nlmsg_len = (unsigned)way.cut;
		return (ssize_t)way.cut;
	}
	if (way.error > 0) {
		errno = way.error;
		return -1;
	}
	if (way.error < 0) {
		header->nlmsg_type = NLMSG_DONE;
		header->nlmsg_len = NLMSG_LENGTH(sizeof(int));
		memcpy(NLMSG_DATA(header), &way.error, sizeof(int));
		return (ssize_t)header->nlmsg_len;
	}
	return got;
}

/* A listening socket and a connection to it, on loopback. */
struct line {
	int listening, client, server;
	unsigned short port;
};

static int open_socket(sa_family_t family, bool dual)
{
	const int both = !dual;
	const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (family == AF_INET6)
		assert_int_equal(
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &both, sizeof(both)),
			0);
	return fd;
}

static struct sockaddr_storage address_of(const char *text, unsigned short port)
{
	struct sockaddr_storage made = { 0 };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		memcpy(&made, &in, sizeof(in));
	else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		memcpy(&made, &in6, sizeof(in6));
	else
		fail_msg("%s is no address", text);
	return made;
}

static void start_listening(struct line *line, const char *address)
{
	struct sockaddr_storage bound = address_of(address, 0);
	socklen_t size = sizeof(bound);

	line->listening = open_socket(bound.ss_family, strcmp(address, "::") == 0);
	assert_int_equal(bind(line->listening, (struct sockaddr *)&bound, size), 0);
	assert_int_equal(listen(line->listening, 8), 0);
	assert_int_equal(getsockname(line->listening, (struct sockaddr *)&bound, &size),
			 0);
	/* The same place in both kinds of address. */
	line->port = ntohs(((struct sockaddr_in *)&bound)->sin_port);
}

static void connect_to(struct line *line, const char *from, const char *to)
{
	const struct sockaddr_storage here = address_of(from, 0);
	const struct sockaddr_storage there = address_of(to, line->port);

	line->client = open_socket(there.ss_family, false);
	assert_int_equal(bind(line->client, (const struct sockaddr *)&here, sizeof(here)),
			 0);
	assert_int_equal(
		connect(line->client, (const struct sockaddr *)&there, sizeof(there)), 0);
	line->server = accept4(line->listening, NULL, NULL, SOCK_CLOEXEC);
	assert_true(line->server >= 0);
}

/* The addresses that were told, each once. */
struct told {
	char text[4][INET6_ADDRSTRLEN];
	size_t count, calls;
};

static void hear(void *to, const struct sockaddr *peer)
{
	struct told *told = to;
	char text[INET6_ADDRSTRLEN];
	const void *bytes =
		peer->sa_family == AF_INET
			? (const void *)&((const struct sockaddr_in *)(const void *)peer)
				  ->sin_addr
			: (const void *)&((const struct sockaddr_in6 *)(const void *)peer)
				  ->sin6_addr;

	told->calls++;
	assert_non_null(inet_ntop(peer->sa_family, bytes, text, sizeof(text)));
	for (size_t i = 0; i < told->count; i++)
		if (strcmp(told->text[i], text) == 0)
			return;
	assert_true(told->count < COUNT(told->text));
	memcpy(told->text[told->count++], text, sizeof(text));
}

static int ask(const unsigned short *ports, struct told *told, struct why *why)
{
	const struct connection_sink sink = { hear, told };

	*told = (struct told){ 0 };
	return connections_of_kernel.each(connections_of_kernel.context, ports, &sink,
					  why);
}

static void hang_up(struct line *line)
{
	const int fds[] = { line->client, line->server, line->listening };

	for (size_t i = 0; i < COUNT(fds); i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
}

static const struct {
	const char *label, *at, *from, *to, *want;
} cases[] = {
	{ "IPv4", "127.0.0.1", "127.0.0.2", "127.0.0.1", "127.0.0.2" },
	{ "IPv6", "::1", "::1", "::1", "::1" },
	{ "IPv4 at a socket for both", "::", "127.0.0.3", "127.0.0.1",
	  "::ffff:127.0.0.3" },
};

static void a_connection_is_found_by_its_port(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *label = cases[i].label;
		struct line line = { -1, -1, -1, 0 }, other = { -1, -1, -1, 0 };
		struct told told;

		start_listening(&line, cases[i].at);
		start_listening(&other, cases[i].at);
		const unsigned short ports[] = { line.port, 0 };
		const unsigned short others[] = { other.port, 0 };
		const unsigned short both[] = { other.port, line.port, 0 };

		check_int(label, ask(ports, &told, NULL), 0);
		check_int("who listens is not connected", told.calls, 0);
		connect_to(&line, cases[i].from, cases[i].to);
		check_int(label, ask(ports, &told, NULL), 0);
		check_int(label, told.calls, 1);
		check_text(label, told.text[0], cases[i].want);
		check_int(label, ask(others, &told, NULL), 0);
		check_int("another port", told.calls, 0);
		check_int(label, ask(both, &told, NULL), 0);
		check_text("a list of ports", told.text[0], cases[i].want);
		hang_up(&line);
		hang_up(&other);
	}
}

/* The server hangs up first: its end waits for a minute in TIME_WAIT, and the client's
 * in CLOSE_WAIT until then. */
static void what_is_over_is_not_told(void **state)
{
	struct line line = { -1, -1, -1, 0 };
	struct told told;
	char byte;

	(void)state;
	start_listening(&line, "127.0.0.1");
	connect_to(&line, "127.0.0.2", "127.0.0.1");
	const unsigned short ports[] = { line.port, 0 };
	check_int("open", ask(ports, &told, NULL), 0);
	check_int("open", told.calls, 1);
	(void)close(line.server);
	line.server = -1;
	check_int("the end is read", read(line.client, &byte, 1), 0);
	check_int("half closed", ask(ports, &told, NULL), 0);
	check_int("half closed", told.calls, 0);
	(void)close(line.client);
	line.client = -1;
	check_int("over", ask(ports, &told, NULL), 0);
	check_int("over", told.calls, 0);
	hang_up(&line);
}

/* Which of many clients were told; client number n is 127.1.x.y. */
struct crowd {
	bool told[MANY];
	size_t count;
};

static void count_client(void *to, const struct sockaddr *peer)
{
	struct crowd *crowd = to;
	struct sockaddr_in in;

	memcpy(&in, peer, sizeof(in));
	const unsigned number = ntohl(in.sin_addr.s_addr) & 0xffff;
	/* A client may have the server's port, too: then the server is a peer. */
	if (ntohl(in.sin_addr.s_addr) >> 16 != 0x7f01)
		return;
	assert_true(number < MANY);
	crowd->count += !crowd->told[number];
	crowd->told[number] = true;
}

static void many_come_in_several_answers(void **state)
{
	static struct line lines[MANY];
	struct crowd crowd = { 0 };
	const struct connection_sink sink = { count_client, &crowd };
	char from[INET6_ADDRSTRLEN];

	(void)state;
	start_listening(&lines[0], "127.0.0.1");
	for (unsigned i = 0; i < MANY; i++) {
		lines[i].listening = lines[0].listening;
		lines[i].port = lines[0].port;
		(void)snprintf(from, sizeof(from), "127.1.%u.%u", i >> 8, i & 255);
		connect_to(&lines[i], from, "127.0.0.1");
	}
	const unsigned short ports[] = { lines[0].port, 0 };
	way.received = 0;
	check_int("many", connections_of_kernel.each(NULL, ports, &sink, NULL), 0);
	check_int("each of them", crowd.count, MANY);
	check_true("more than one answer, and an end for each family", way.received > 3);
	for (size_t i = 1; i < MANY; i++)
		lines[i].listening = -1;
	for (size_t i = 0; i < MANY; i++)
		hang_up(&lines[i]);
}

static void what_goes_wrong_is_told_or_tried_again(void **state)
{
	static const struct {
		const char *label;
		int spoilt, flags, error;
		size_t cut;
		int want;
	} wrongs[] = {
		{ "the list changed once", 1, NLM_F_DUMP_INTR, 0, 0, 0 },
		{ "the list changes each time", 99, NLM_F_DUMP_INTR, 0, 0, -EINTR },
		{ "no tcp_diag", 99, 0, -ENOENT, 0, -ENOENT },
		{ "no memory once", 1, 0, -ENOBUFS, 0, 0 },
		{ "cut off once", 1, 0, ENOSPC, 0, 0 },
		{ "cut off each time", 99, 0, ENOSPC, 0, -ENOSPC },
		{ "silence", 1, 0, EAGAIN, 0, -EAGAIN },
		{ "half a message", 1, 0, 0, NLMSG_LENGTH(8), -EBADMSG },
	};
	struct line line = { -1, -1, -1, 0 };

	(void)state;
	start_listening(&line, "127.0.0.1");
	connect_to(&line, "127.0.0.2", "127.0.0.1");
	const unsigned short ports[] = { line.port, 0 };
	for (size_t i = 0; i < COUNT(wrongs); i++) {
		struct why why = { 0 };
		struct told told;

		way.spoilt = wrongs[i].spoilt;
		way.flags = wrongs[i].flags;
		way.error = wrongs[i].error;
		way.cut = wrongs[i].cut;
		check_int(wrongs[i].label, ask(ports, &told, &why), wrongs[i].want);
		if (wrongs[i].want < 0)
			check_contains(wrongs[i].label, why.text, "tcp_diag");
		else
			check_text(wrongs[i].label, told.text[0], "127.0.0.2");
		memset(&way, 0, sizeof(way));
	}
	hang_up(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_is_found_by_its_port),
		cmocka_unit_test(what_is_over_is_not_told),
		cmocka_unit_test(many_come_in_several_answers),
		cmocka_unit_test(what_goes_wrong_is_told_or_tried_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
