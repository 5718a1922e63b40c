/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Leases: what a login is made of, what a file holds, what a file is called. First byte:
 * which of them.
 */
#include "fuzz.h"

#include "base/why.h"
#include "core/lease.h"
#include "core/lease_dir.h"
#include "core/lease_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct timespec login_at = { 1795521707, 5 };

static struct client_address client_of(const char *text)
{
	struct client_address client;

	must(client_address_parse(text, &client) == 0);
	return client;
}

static bool is_word(const char *text)
{
	return text[0] != '\0' && fuzz_is_plain(text) && strpbrk(text, " =") == NULL;
}

/* What is printed is read back equal. */
static void check_line(const struct lease *lease)
{
	struct lease again = { .client = lease->client, .last_login = lease->last_login };
	char line[LEASE_LINE];

	must(is_word(lease->user) && is_word(lease->service));
	must(lease->opened >= 0 && lease->until >= 0);
	const size_t length = lease_print(lease, line);
	must(length == strlen(line) && length < LEASE_LINE);
	must(strchr(line, '\n') == line + length - 1);
	must(lease_parse(line, &again) == 0);
	must(strcmp(again.user, lease->user) == 0);
	must(strcmp(again.service, lease->service) == 0);
	must(again.opened == lease->opened && again.until == lease->until);
	must(lease_end(lease, 900000) >= lease->until || lease->last_login.tv_sec == 0);
}

static void parse_line(struct fuzz_input *input)
{
	const struct client_address client = client_of("192.0.2.7");
	struct lease lease = { .client = client, .last_login = login_at };
	const struct lease before = lease;
	char *line = fuzz_rest(input);

	if (lease_parse(line, &lease) == 0)
		check_line(&lease);
	else
		must(memcmp(&before, &lease, sizeof(lease)) == 0);
	free(line);
}

static struct lease make(struct fuzz_input *input)
{
	const struct client_address client = client_of("2001:db8::7");
	char user[FUZZ_TEXT], service[FUZZ_TEXT];
	struct lease lease;

	lease_make(&lease, &client, fuzz_text(input, user), fuzz_text(input, service),
		   login_at);
	lease.until = (time_t)fuzz_byte(input);
	check_line(&lease);
	return lease;
}

static struct lease_dir open_leases(void)
{
	struct lease_dir leases = { .fd = -1 };
	struct why why = { 0 };

	must(lease_dir_prepare(fuzz_folder(), "", &why) == 0);
	must(lease_dir_open(fuzz_folder(), &leases, &why) == 0);
	return leases;
}

/* A lease that was written is read back equal, its date too. */
static void write_one(struct fuzz_input *input)
{
	const struct lease lease = make(input);
	struct lease_dir leases = open_leases();
	struct lease again;

	must(lease_create(&leases, LEASE_PENDING, &lease, NULL) == 0);
	must(lease_count(&leases, LEASE_PENDING, NULL) == 1);
	must(lease_read(&leases, LEASE_PENDING, &lease.client, &again, NULL) == 0);
	must(strcmp(lease.user, again.user) == 0 && !again.foreign);
	must(strcmp(lease.service, again.service) == 0 && lease.until == again.until);
	must(lease.opened == again.opened);
	must(again.last_login.tv_sec == login_at.tv_sec);
	must(lease_unlink(&leases, LEASE_PENDING, &lease.client) == 0);
	lease_dir_close(&leases);
}

static void put_file(const struct lease_dir *leases, const char *name, const void *bytes,
		     size_t size)
{
	const int fd = openat(leases->fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	must(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	(void)close(fd);
}

/* Any bytes where a lease should be. */
static void read_any(struct fuzz_input *input)
{
	const struct client_address client = client_of("192.0.2.7");
	struct lease_dir leases = open_leases();
	struct why why = { 0 };
	struct lease lease;

	put_file(&leases, "pending/192.0.2.7", input->at, input->left);
	if (lease_read(&leases, LEASE_PENDING, &client, &lease, &why) == 0) {
		check_line(&lease);
		/* Nothing stands behind the line, where a text would not show it. */
		must(memchr(input->at, '\0', input->left) == NULL);
	} else {
		must(why.text[0] != '\0');
	}
	must(lease_unlink(&leases, LEASE_PENDING, &client) == 0);
	lease_dir_close(&leases);
}

/* Any name where a lease's should be: only a canonical address is one. */
static void scan_name(struct fuzz_input *input)
{
	struct lease_dir leases = open_leases();
	struct lease_scan scan = { 0 };
	struct lease_name found;
	char text[FUZZ_TEXT], name[NAME_MAX + 1], path[NAME_MAX + 16];

	(void)snprintf(name, sizeof(name), "%s", fuzz_text(input, text));
	(void)snprintf(path, sizeof(path), "pending/%s", name);
	if (name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
	    strcmp(name, "..") != 0) {
		put_file(&leases, path, "", 0);
		must(lease_scan_open(&leases, LEASE_PENDING, &scan, NULL) == 0);
		const int kind = lease_scan_next(&scan, &found, NULL);
		must(kind == LEASE_SCAN_CLIENT || kind == LEASE_SCAN_JUNK);
		must(strcmp(kind == LEASE_SCAN_CLIENT ? found.client.text : found.junk,
			    name) == 0);
		must(lease_scan_next(&scan, &found, NULL) == LEASE_SCAN_END);
		lease_scan_close(&scan);
		must(lease_unlink_junk(&leases, LEASE_PENDING, name) == 0);
	}
	must(lease_folder_empty(&leases, LEASE_PENDING));
	lease_dir_close(&leases);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };

	switch (fuzz_byte(&input) % 5) {
	case 0:
		parse_line(&input);
		break;
	case 1:
		(void)make(&input);
		break;
	case 2:
		write_one(&input);
		break;
	case 3:
		read_any(&input);
		break;
	default:
		scan_name(&input);
	}
	return 0;
}
