/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/connections.h"

#include "base/why.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/time.h>

#define TRIES 3
#define ANSWER_ROOM 32768 /* no answer of the kernel's to a dump is longer */
#define PATIENCE_S 5	  /* it answers at once, or something is wrong */

static void close_socket(struct mnl_socket **socket)
{
	if (*socket)
		(void)mnl_socket_close(*socket);
}
#define cleanup_mnl_socket __attribute__((cleanup(close_socket)))

/* One connection. */
static int take(const struct nlmsghdr *message, void *data)
{
	const struct connection_sink *sink = data;
	const struct inet_diag_msg *found = mnl_nlmsg_get_payload(message);
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*found)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	memcpy(&in.sin_addr, found->id.idiag_dst, sizeof(in.sin_addr));
	memcpy(&in6.sin6_addr, found->id.idiag_dst, sizeof(in6.sin6_addr));
	sink->found(sink->to, found->idiag_family == AF_INET
				      ? (const struct sockaddr *)&in
				      : (const struct sockaddr *)&in6);
	return MNL_CB_OK;
}

/* An error in the end (there is no tcp_diag) is no short list. */
static int finish(const struct nlmsghdr *message, void *data)
{
	int error = 0;

	(void)data;
	if (mnl_nlmsg_get_payload_len(message) >= sizeof(error))
		memcpy(&error, mnl_nlmsg_get_payload(message), sizeof(error));
	if (error == 0)
		return MNL_CB_STOP;
	errno = -error;
	return MNL_CB_ERROR;
}

static int receive(const struct mnl_socket *socket, unsigned sequence,
		   const struct connection_sink *sink)
{
	mnl_cb_t control[NLMSG_MIN_TYPE] = { [NLMSG_DONE] = finish };
	_Alignas(struct nlmsghdr) char answer[ANSWER_ROOM];
	struct connection_sink to = *sink;
	int more = MNL_CB_OK;

	while (more > MNL_CB_STOP) {
		const ssize_t size = mnl_socket_recvfrom(socket, answer, sizeof(answer));
		if (size < 0)
			return -errno;
		more = mnl_cb_run2(answer, (size_t)size, sequence,
				   mnl_socket_get_portid(socket), take, &to, control,
				   NLMSG_MIN_TYPE);
	}
	return more < 0 ? -errno : 0;
}

/* The kernel picks the port: on a busy web server the others are many. */
static int ask(const struct mnl_socket *socket, sa_family_t family, unsigned short port,
	       const struct connection_sink *sink)
{
	_Alignas(struct nlmsghdr) char
		request[NLMSG_SPACE(sizeof(struct inet_diag_req_v2))] = { 0 };
	const struct inet_diag_req_v2 wanted = {
		.sdiag_family = (unsigned char)family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = 1U << TCP_ESTABLISHED,
		.id.idiag_sport = htons(port),
	};
	struct nlmsghdr *header = mnl_nlmsg_put_header(request);

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = (family == AF_INET ? 0U : 1U << 16) + port;
	memcpy(mnl_nlmsg_put_extra_header(header, sizeof(wanted)), &wanted,
	       sizeof(wanted));
	if (mnl_socket_sendto(socket, header, header->nlmsg_len) < 0)
		return -errno;
	return receive(socket, header->nlmsg_seq, sink);
}

static int ask_all(const unsigned short *ports, const struct connection_sink *sink)
{
	static const sa_family_t families[] = { AF_INET, AF_INET6 };
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	cleanup_mnl_socket struct mnl_socket *socket =
		mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	int error = 0;

	if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)) < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		for (const unsigned short *port = ports; *port && error == 0; port++)
			error = ask(socket, families[i], *port, sink);
	return error;
}

/* It changed while it was listed, or did not fit: the next may be whole. */
static bool may_be_better(int error)
{
	return error == -EINTR || error == -ENOBUFS || error == -ENOSPC;
}

static int each(const void *context, const unsigned short *ports,
		const struct connection_sink *sink, struct why *why)
{
	int error = -EINTR;

	(void)context;
	for (int i = 0; i < TRIES && may_be_better(error); i++)
		error = ask_all(ports, sink);
	return error < 0 ? why_set(why, error,
				   "cannot ask the kernel who is connected (it needs "
				   "tcp_diag, and sapdb AF_NETLINK)")
			 : 0;
}

const struct connection_source connections_of_kernel = { .each = each };
