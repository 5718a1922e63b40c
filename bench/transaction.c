/* SPDX-License-Identifier: BSD-2-Clause */
#include "transaction.h"

#include "tests/pam/mute.h"

#include <arpa/inet.h>
#include <err.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define USER "horn"

void (*transaction_inside)(void);

int64_t now_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		err(1, "clock_gettime");
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void way_parse(const char *text, struct way *ret)
{
	struct way way = { 0 };
	char address[ADDRESS_ROOM];
	struct in_addr parsed;

	if (sscanf(text, "%31[^=]=%15[0-9.]+%u", way.service, address, &way.step) < 2 ||
	    inet_pton(AF_INET, address, &parsed) != 1)
		errx(2, "'%s' is not SERVICE=ADDRESS[+STEP]", text);
	way.first = ntohl(parsed.s_addr);
	*ret = way;
}

void way_address(const struct way *way, uint32_t number, char text[static ADDRESS_ROOM])
{
	const struct in_addr address = { .s_addr =
						 htonl(way->first + number * way->step) };

	(void)inet_ntop(AF_INET, &address, text, ADDRESS_ROOM);
}

static int make_calls(const char *confdir, const char *service, const char *address)
{
	pam_handle_t *pamh = NULL;

	int result = pam_start_confdir(service, USER, &mute, confdir, &pamh);
	if (result == PAM_SUCCESS)
		result = pam_set_item(pamh, PAM_RHOST, address);
	if (result == PAM_SUCCESS)
		result = pam_authenticate(pamh, 0);
	if (result == PAM_SUCCESS)
		result = pam_acct_mgmt(pamh, 0);
	if (result == PAM_SUCCESS)
		result = pam_setcred(pamh, PAM_ESTABLISH_CRED);
	if (result == PAM_SUCCESS)
		result = pam_open_session(pamh, 0);
	if (transaction_inside)
		transaction_inside();
	if (result == PAM_SUCCESS)
		result = pam_close_session(pamh, 0);
	const int ended = pam_end(pamh, result);
	return result == PAM_SUCCESS ? ended : result;
}

int64_t transaction(const char *confdir, const char *service, const char *address)
{
	const int64_t start = now_ns();
	const int result = make_calls(confdir, service, address);
	const int64_t end = now_ns();

	if (result != PAM_SUCCESS)
		errx(1, "the login by %s from %s: PAM says %d", service, address, result);
	return end - start;
}

int64_t way_login(struct way *way, const char *confdir)
{
	char address[ADDRESS_ROOM];

	way_address(way, way->done++, address);
	return transaction(confdir, way->service, address);
}
