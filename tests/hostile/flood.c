/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flood - one account logs in from very many addresses, and a known client in between
 *
 *	flood CONFDIR SERVICE USER COUNT KNOWN EVERY
 *
 * COUNT logins, each from an address of its own (10.0.0.0 and upwards), in one process as
 * a busy daemon's worker makes them; behind each EVERY of them one from KNOWN, and as
 *many from KNOWN before them all. Prints a line for each login, "before", "new" or
 *"known" and the nanoseconds that it took. Ends with 1 when a login was refused.
 */
#include "tests/pam/mute.h"

#include <arpa/inet.h>
#include <err.h>
#include <inttypes.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define FIRST 0x0a000000U /* 10.0.0.0 */

struct flood {
	const char *confdir, *service, *user;
};

static int64_t now_ns(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int make_calls(const struct flood *flood, const char *address)
{
	pam_handle_t *pamh = NULL;

	int result = pam_start_confdir(flood->service, flood->user, &mute, flood->confdir,
				       &pamh);
	if (result == PAM_SUCCESS)
		result = pam_set_item(pamh, PAM_RHOST, address);
	if (result == PAM_SUCCESS)
		result = pam_open_session(pamh, 0);
	if (result == PAM_SUCCESS)
		result = pam_close_session(pamh, 0);
	const int ended = pam_end(pamh, result);
	return result == PAM_SUCCESS ? ended : result;
}

static void log_in(const struct flood *flood, const char *word, const char *address)
{
	const int64_t start = now_ns();
	const int result = make_calls(flood, address);

	if (result != PAM_SUCCESS)
		errx(1, "the login from %s: PAM says %d", address, result);
	(void)printf("%s %" PRId64 "\n", word, now_ns() - start);
}

int main(int argc, char **argv)
{
	char text[INET_ADDRSTRLEN];

	if (argc != 7)
		errx(2, "usage: flood CONFDIR SERVICE USER COUNT KNOWN EVERY");
	const struct flood flood = { argv[1], argv[2], argv[3] };
	const unsigned count = (unsigned)atoi(argv[4]), every = (unsigned)atoi(argv[6]);
	if (every == 0)
		errx(2, "EVERY is a number");
	for (unsigned i = 0; i < count / every; i++)
		log_in(&flood, "before", argv[5]);
	for (unsigned i = 0; i < count; i++) {
		const struct in_addr address = { .s_addr = htonl(FIRST + i) };

		(void)inet_ntop(AF_INET, &address, text, sizeof(text));
		log_in(&flood, "new", text);
		if ((i + 1) % every == 0)
			log_in(&flood, "known", argv[5]);
	}
	return 0;
}
