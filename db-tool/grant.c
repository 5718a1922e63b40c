/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/grant.h"

#include "base/why.h"
#include "core/escape.h"
#include "core/lease_file.h"
#include "core/screen.h"
#include "db-tool/command.h"
#include "db-tool/foresee.h"
#include "db-tool/leases.h"
#include "db-tool/log.h"
#include "db-tool/options.h"
#include "db-tool/output.h"
#include "db-tool/time_option.h"

#include <stdio.h>
#include <string.h>

#define SERVICE "sapdb"

struct request {
	const char *user;
	long for_ms; /* 0 = the lifetime */
	bool dry;
	struct client_address from;
};

static int parse(int argc, char **argv, struct request *ret)
{
	static const struct option longopts[] = { { "user", required_argument, NULL,
						    'u' },
						  { "for", required_argument, NULL, 'f' },
						  { "dry-run", no_argument, NULL, 'n' },
						  { 0 } };
	int option;

	optind = 0; /* start anew, with options behind arguments */
	while ((option = getopt_long(argc, argv, ":u:f:n", longopts, NULL)) != -1) {
		if (option == 'u')
			ret->user = optarg;
		else if (option == 'n')
			ret->dry = true;
		else if (option != 'f')
			return wrong_option(&command_grant, longopts, option, argv);
		else if (time_option(optarg, &time_of_grant, &ret->for_ms) < 0)
			return misused(&command_grant, "--for '%s': must be %s", optarg,
				       time_of_grant.range);
	}
	if (optind + 1 != argc)
		return misused(&command_grant, "one address is needed");
	if (client_address_parse_remote(argv[optind], &ret->from) < 0)
		return misused(&command_grant, "'%s' is no IPv4 or IPv6 address",
			       argv[optind]);
	return EXIT_DONE;
}

/*
 * Its own end: by `until` when that is later than a lifetime from now; else its last
 * login is dated back, so that it ends a lifetime after that.
 */
static void limit(struct lease *lease, const struct request *request, long lifetime_ms)
{
	const long until = lease->last_login.tv_sec + request->for_ms / 1000;

	if (request->for_ms == 0)
		return;
	lease->until = until;
	if (request->for_ms < lifetime_ms)
		lease->last_login.tv_sec = until - lifetime_ms / 1000;
}

static int tell_outcome(const struct tool *tool, int outcome, const struct lease *lease,
			const struct why *why)
{
	const char *client = lease->client.text;

	if (outcome < 0 || why->text[0] != '\0')
		return complain(EXIT_UNUSABLE, "%s", why->text);
	switch (outcome) {
	case GRANT_OPENED:
	case GRANT_TAKEN:
		return EXIT_DONE;
	case GRANT_RENEWED:
		if (tool->json)
			output_json(json_pack("{s:s}", "renewed", client));
		else
			(void)printf("renewed %s\n", client);
		return EXIT_DONE;
	case GRANT_SETTLED:
		return complain(EXIT_PARTLY,
				"%s gets no lease: the administrator's records decide "
				"about it; see: sapdb status %s",
				client, client);
	case GRANT_UNWATCHED:
		return complain(EXIT_PARTLY,
				"%s was not opened: nothing would close it, since sapdb "
				"expire has not run within expiry_watch; start "
				"pam_sap-expire.timer",
				client);
	case GRANT_GONE:
		return complain(EXIT_PARTLY, "%s was not opened; see the log", client);
	case GRANT_FULL:
		return complain(EXIT_PARTLY,
				"%s was not opened: max_leases = %ld is reached; "
				"revoke some, or raise it in pam_sap.conf",
				client, tool->settings.max_leases);
	case GRANT_BLOCKED: /* and told */
		return EXIT_PARTLY;
	case GRANT_OWN:
		return complain(EXIT_PARTLY,
				"%s was not opened: it is this host's own address "
				"(refuse_own)",
				client);
	default:
		return complain(EXIT_PARTLY,
				"%s waits: the table cannot be changed now; the timer "
				"tries again each minute",
				client);
	}
}

static int run_grant(struct tool *tool, int argc, char **argv)
{
	struct request request = { .user = "-" };
	cleanup_leases struct leases leases = LEASES_NONE;
	struct lease lease;
	struct why why = { 0 };

	const int parsed = parse(argc, argv, &request);
	if (parsed != EXIT_DONE)
		return parsed;
	const char *never = screen_client(&tool->settings, &request.from);
	if (never)
		return complain(EXIT_PARTLY, "%s is never opened: %s", request.from.text,
				never);
	const int opened = request.dry ? leases_look(tool, &leases, &why)
				       : leases_open(tool, &leases, &why);
	if (opened < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);

	struct client_address client = request.from;
	client_address_mask_ipv6(&client, (unsigned)tool->settings.ipv6_prefix);
	lease_make(&lease, &client, request.user, SERVICE, leases.job.now);
	limit(&lease, &request, tool->settings.lifetime_ms);
	if (request.for_ms != 0 && lease_present(&leases.dir, LEASE_ACTIVE, &client))
		return complain(EXIT_PARTLY,
				"%s has a lease already; for another length revoke it "
				"first",
				client.text);
	if (request.dry)
		return foresee_grant(tool, &leases, &lease, &request.from);
	log_open(tool);
	const int outcome = grant(&leases.job, &lease, &request.from, &why);
	return tell_outcome(tool, outcome, &lease, &why);
}

const struct command command_grant = {
	.name = "grant",
	.arguments = "[-n] [-u USER] [-f TIME] ADDRESS",
	.purpose = "open a lease by hand",
	.help = "  -u, --user=USER  for whom; shown in the log and by status\n"
		"  -f, --for=TIME   how long (1s to 24h) instead of the lifetime; a "
		"login\n"
		"                   from there prolongs it as usual\n"
		"  -n, --dry-run    only say what would happen\n",
	.run = run_grant,
};
