/* SPDX-License-Identifier: BSD-2-Clause */
/* sapdb block and sapdb unblock: who may not be opened, and no longer */
#include "core/block.h"

#include "base/why.h"
#include "core/blocks.h"
#include "core/revoke.h"
#include "db-tool/command.h"
#include "db-tool/foresee.h"
#include "db-tool/leases.h"
#include "db-tool/log.h"
#include "db-tool/options.h"
#include "db-tool/output.h"
#include "db-tool/time_option.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

struct request {
	const struct command *command;
	const char *user;
	long for_ms; /* 0 = until it is taken away */
	bool all, dry;
	struct blocks blocks;
};

static int parse_options(int argc, char **argv, struct request *ret)
{
	static const struct option of_block[] = { { "user", required_argument, NULL,
						    'u' },
						  { "for", required_argument, NULL, 'f' },
						  { "dry-run", no_argument, NULL, 'n' },
						  { 0 } };
	static const struct option of_unblock[] = { { "user", required_argument, NULL,
						      'u' },
						    { "all", no_argument, NULL, 'a' },
						    { "dry-run", no_argument, NULL, 'n' },
						    { 0 } };
	const bool blocks = ret->command == &command_block;
	const struct option *longopts = blocks ? of_block : of_unblock;
	int option;

	optind = 0; /* start anew, with options behind arguments */
	while ((option = getopt_long(argc, argv, blocks ? ":u:f:n" : ":u:an", longopts,
				     NULL)) != -1) {
		if (option == 'u')
			ret->user = optarg;
		else if (option == 'n')
			ret->dry = true;
		else if (option == 'a')
			ret->all = true;
		else if (option != 'f')
			return wrong_option(ret->command, longopts, option, argv);
		else if (time_option(optarg, &time_of_block, &ret->for_ms) < 0)
			return misused(ret->command, "--for '%s': must be %s", optarg,
				       time_of_block.range);
	}
	return EXIT_DONE;
}

static int add(struct request *request, const char *user, const char *network)
{
	const time_t until =
		request->for_ms == 0 ? 0 : time(NULL) + request->for_ms / 1000;
	struct block block;
	struct why why = { 0 };
	int error = 0;

	if (user)
		block_of_user(&block, user, until);
	else
		error = block_of_network(&block, network, until, &why);
	if (error < 0)
		return misused(request->command, "%s", why.text);
	error = blocks_set(&request->blocks, &block);
	return error < 0 ? complain(EXIT_UNUSABLE, "no more than %d can be blocked",
				    BLOCKS_MAX)
			 : EXIT_DONE;
}

static int parse(int argc, char **argv, struct request *ret)
{
	int code = parse_options(argc, argv, ret);
	if (code != EXIT_DONE)
		return code;
	const int ways = (optind < argc) + ret->all + (ret->user != NULL);
	/* block alone lists them. */
	const bool lists = ways == 0 && ret->command == &command_block &&
			   ret->for_ms == 0 && !ret->dry;
	if (ways != 1 && !lists)
		return misused(ret->command, "addresses and networks, or a user");
	if (ret->user && ret->user[0] == '\0')
		return misused(ret->command, "--user: a name is needed");
	if (ret->user)
		return add(ret, ret->user, NULL);
	for (; optind < argc && code == EXIT_DONE; optind++)
		code = add(ret, NULL, argv[optind]);
	return code;
}

static void print_block(const struct tool *tool, const struct block *block)
{
	char text[BLOCK_TEXT], network[NETWORK_TEXT];
	const bool user = block->user[0] != '\0';

	if (tool->json)
		output_json(json_pack("{s:s, s:I}", user ? "user" : "network",
				      user ? block->user
					   : network_print(&block->network, network),
				      "until", (json_int_t)block->until));
	else
		(void)printf("%s\n", block_tell(block, "", text));
}

static int list(const struct tool *tool)
{
	cleanup_leases struct leases leases = LEASES_NONE;
	cleanup_blocks struct blocks blocks = { 0 };
	struct why why = { 0 };

	int error = leases_look(tool, &leases, &why);
	if (error == 0)
		error = blocks_read(&leases.dir, leases.job.now.tv_sec, &blocks, &why);
	if (error < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	for (size_t i = 0; i < blocks.count; i++)
		print_block(tool, &blocks.list[i]);
	if (blocks.count == 0 && !tool->json)
		(void)printf("nobody is blocked\n");
	return EXIT_DONE;
}

static int run_block(struct tool *tool, int argc, char **argv)
{
	struct request request = { .command = &command_block };
	cleanup_leases struct leases leases = LEASES_NONE;
	struct commit_result result = { 0 };
	struct why why = { 0 };

	int code = parse(argc, argv, &request);
	if (code == EXIT_DONE && request.blocks.count == 0)
		return list(tool);
	if (code == EXIT_DONE && request.dry)
		code = foresee_blocks(tool, &request.blocks);
	else if (code == EXIT_DONE) {
		int error = leases_open(tool, &leases, &why);
		log_open(tool);
		if (error == 0)
			error = revoke_and_block(&leases.job, &request.blocks, &result,
						 &why);
		if (error < 0)
			code = complain(EXIT_UNUSABLE, "%s", why.text);
	}
	blocks_free(&request.blocks);
	return code;
}

/* Those that are not there are said; the others go. */
static int take_away(struct tool *tool, struct request *request)
{
	cleanup_leases struct leases leases = LEASES_NONE;
	cleanup_blocks struct blocks there = { 0 };
	struct why why = { 0 };
	int code = EXIT_DONE;

	long done = leases_open(tool, &leases, &why);
	if (done == 0)
		done = blocks_read(&leases.dir, leases.job.now.tv_sec, &there, &why);
	if (done < 0)
		return complain(EXIT_UNUSABLE, "%s", why.text);
	for (size_t i = 0; i < request->blocks.count; i++) {
		char whom[BLOCK_TEXT];
		if (!blocks_has(&there, &request->blocks.list[i]))
			code = complain(EXIT_PARTLY, "%s is not blocked",
					block_whom(&request->blocks.list[i], whom));
	}
	const struct blocks *unwanted = request->all ? &there : &request->blocks;
	if (request->dry)
		return foresee_unblock(tool, &there, unwanted, code);
	log_open(tool);
	done = unblock(&leases.job, unwanted, &why);
	return done < 0 ? complain(EXIT_UNUSABLE, "%s", why.text) : code;
}

static int run_unblock(struct tool *tool, int argc, char **argv)
{
	struct request request = { .command = &command_unblock };

	int code = parse(argc, argv, &request);
	if (code == EXIT_DONE)
		code = take_away(tool, &request);
	blocks_free(&request.blocks);
	return code;
}

const struct command command_block = {
	.name = "block",
	.arguments = "[-n] [-f TIME] [ADDRESS|NETWORK... | -u USER]",
	.purpose = "keep addresses, networks or a user shut; alone: list the blocks",
	.help = "  -u, --user=USER  logins of this user open nothing\n"
		"  -f, --for=TIME   how long (1s to 3650d); without it until unblocked\n"
		"  -n, --dry-run    only say what would happen\n\n"
		"Leases that are covered end now. Records of the administrator's own "
		"are\n"
		"not touched.\n",
	.run = run_block,
};

const struct command command_unblock = {
	.name = "unblock",
	.arguments = "[-n] ADDRESS|NETWORK... | -u USER | -a",
	.purpose = "end a block: logins open it again",
	.help = "  -u, --user=USER  of this user\n"
		"  -a, --all        whatever is blocked\n"
		"  -n, --dry-run    only say what would happen\n\n"
		"A network is named as it was blocked: see sapdb block.\n",
	.run = run_unblock,
};
