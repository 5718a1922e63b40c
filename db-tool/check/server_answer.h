/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server_answer - what the mail server's own tool says about one address
 *
 *	sendmail	sendmail -bt, /map: it opens the table as its daemon does
 *	postfix		postmap -q
 *	exim		exim -bh: a whole talk, in which nothing is delivered
 */
#pragma once

#include <stdbool.h>

struct check;
struct client_address;

struct server_answer {
	bool relays;
	const char *tool;
	char said[128];	   /* its words, or "nothing" */
	char command[640]; /* to ask it again by hand */
};

/* False: nobody is there to be asked, or he gave no answer. */
bool server_asked(struct check *check, const struct client_address *client,
		  struct server_answer *ret);
