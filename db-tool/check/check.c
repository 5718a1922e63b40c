/* SPDX-License-Identifier: BSD-2-Clause */
/* sapdb check - looks at the whole way from a login to the mail server, and changes
 * nothing */
#include "db-tool/check/finding_print.h"
#include "db-tool/check/probe.h"

#include "base/why.h"
#include "db-tool/command.h"
#include "db-tool/options.h"
#include "db-tool/program.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What others lean on comes first. */
static const struct probe probes[] = {
	{ "settings", probe_conf },	  { "networks", probe_scope },
	{ "PAM lines", probe_pam },	  { "other PAM files", probe_places },
	{ "PAM module", probe_module },	  { "Dovecot", probe_dovecot },
	{ "saslauthd", probe_saslauthd }, { "units", probe_units },
	{ "sandbox", probe_sandbox },	  { "boot", probe_boot },
	{ "table", probe_table },	  { "state", probe_state },
	{ "leases", probe_leases },	  { "records", probe_records },
	{ "mail server", probe_mta },	  { "sendmail", probe_sendmail },
	{ "Postfix", probe_postfix },	  { "Exim", probe_exim },
	{ "answers", probe_answers },
};
#define PROBES (sizeof(probes) / sizeof(probes[0]))

/* Several probes ask for it. Without -P it hides whatever is called a key, cache_key,
 * too. */
static void ask_dovecot(struct check *check)
{
	static const char *const argv[] = { "doveconf", "-n", "-P", NULL };
	cleanup_program_output struct program_output output = { 0 };

	check->dovecot.there = is_there("/usr/sbin/dovecot");
	if (check->dovecot.there && ask(check, argv, -1, &output))
		dovecot_conf_parse(output.out, &check->dovecot);
}

static void look(struct check *check, bool verbose, char seen[static LINE_MAX])
{
	for (size_t i = 0; i < PROBES; i++) {
		check->about[0] = '\0';
		const bool looked = probes[i].look(check);
		const size_t end = strlen(seen);

		if (looked)
			(void)snprintf(seen + end, LINE_MAX - end, "%s%s",
				       end > 0 ? ", " : "", probes[i].name);
		if (!verbose)
			continue;
		char line[PROBE_ABOUT + 64];
		(void)snprintf(line, sizeof(line), "%s: %s", probes[i].name,
			       check->about);
		print_wrapped(looked ? "looked at " : "nothing of ", line, false);
	}
	if (verbose)
		(void)putchar('\n');
}

static void print(const struct check *check, const char *seen)
{
	const struct findings *findings = &check->findings;
	const size_t errors = findings_count(findings, SEVERITY_ERROR);
	const size_t warnings = findings_count(findings, SEVERITY_WARNING);
	char text[LINE_MAX + 64];

	for (size_t i = 0; i < findings->count; i++)
		if (check->tool->json)
			finding_print_json(&findings->finding[i]);
		else
			finding_print_text(&findings->finding[i]);
	if (check->tool->json)
		return;
	if (errors + warnings > 0)
		(void)snprintf(text, sizeof(text), "%zu error%s, %zu warning%s.", errors,
			       errors == 1 ? "" : "s", warnings,
			       warnings == 1 ? "" : "s");
	else
		(void)snprintf(text, sizeof(text), "Nothing found. Looked at: %s.", seen);
	print_wrapped("", text, false);
}

static int parse(int argc, char **argv, bool *ret_verbose)
{
	static const struct option longopts[] = { { "verbose", no_argument, NULL, 'v' },
						  { 0 } };
	int option;

	optind = 0; /* start anew, with options behind arguments */
	while ((option = getopt_long(argc, argv, ":v", longopts, NULL)) != -1) {
		if (option != 'v')
			return wrong_option(&command_check, longopts, option, argv);
		*ret_verbose = true;
	}
	if (optind < argc)
		return misused(&command_check, "it takes no argument");
	return EXIT_DONE;
}

static int verdict(const struct check *check)
{
	const struct findings *findings = &check->findings;

	if (check->blind)
		return EXIT_UNUSABLE;
	return findings_count(findings, SEVERITY_ERROR) > 0 ||
			       findings_count(findings, SEVERITY_WARNING) > 0
		       ? EXIT_PARTLY
		       : EXIT_DONE;
}

static int run_check(struct tool *tool, int argc, char **argv)
{
	struct check check = { .tool = tool,
			       .settings = &tool->settings,
			       .conf = tool->conf };
	char seen[LINE_MAX] = "";
	bool verbose = false;

	const int parsed = parse(argc, argv, &verbose);
	if (parsed != EXIT_DONE)
		return parsed;
	if (geteuid() != 0)
		return complain(EXIT_UNUSABLE,
				"much of what check looks at is for root's "
				"eyes alone: run sapdb check as root");
	(void)clock_gettime(CLOCK_REALTIME, &check.now);
	ask_dovecot(&check);
	look(&check, verbose && !tool->json, seen);
	findings_sort(&check.findings);
	print(&check, seen);
	const int code = verdict(&check);
	findings_free(&check.findings);
	return code;
}

const struct command command_check = {
	.name = "check",
	.arguments = "[-v]",
	.purpose = "look for what keeps the relay shut, or open for too long",
	.help = "  -v, --verbose  also say what was looked at, and what is not here\n\n"
		"Each finding says what is wrong, why it matters, and the line that "
		"mends\n"
		"it. Nothing is changed. Exit status: 0 nothing found, 1 errors or\n"
		"warnings, 3 could not look. See sapdb-check(8).\n",
	.any_settings = true,
	.run = run_check,
};
