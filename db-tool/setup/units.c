/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/setup/units.h"

#include "base/why.h"
#include "db-tool/program.h"
#include "db-tool/setup/plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TIMER "pam_sap-expire.timer"
#define BELL "pam_sap-commit.path"
#define AT_BOOT "pam_sap-expire.service"
#define COMMIT "pam_sap-commit.service"
#define CRON "/etc/cron.d/pam_sap"
#define SYSTEMCTL_MS 20000

static bool systemd_runs(void)
{
	return access("/run/systemd/system", F_OK) == 0;
}

/* What systemctl says of each, one a line. */
static int ask(const char *question, struct program_output *ret, struct why *why)
{
	const struct program systemctl = {
		.argv = (const char *const[]){ "systemctl", question, TIMER, BELL,
					       AT_BOOT, NULL },
		.input_fd = -1,
		.milliseconds = SYSTEMCTL_MS,
	};

	return program_run(&systemctl, ret, why);
}

static int count(const char *text, const char *line)
{
	int found = 0;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		found += strncmp(text, line, strlen(line)) == 0;
	return found;
}

/* Not said of the service: it has ended when it has done its work. */
static int ask_active(int *ret, struct why *why)
{
	cleanup_program_output struct program_output active = { 0 };

	*ret = 0;
	if (!systemd_runs())
		return 0;
	const int error = ask("is-active", &active, why);
	if (error == 0)
		*ret = count(active.out, "active\n");
	return error;
}

struct state {
	int enabled, active;
};

static int look(struct state *ret, struct why *why)
{
	cleanup_program_output struct program_output enabled = { 0 };

	int error = ask("is-enabled", &enabled, why);
	if (error < 0)
		return error;
	if (count(enabled.out, "masked") > 0)
		return why_say(why, -EBUSY,
			       "a unit of ours is masked: systemctl unmask " TIMER
			       " " BELL " " AT_BOOT);
	ret->enabled = count(enabled.out, "enabled\n");
	return ask_active(&ret->active, why);
}

static int without_systemd(struct why *why)
{
	if (access(CRON, F_OK) == 0)
		return 0;
	return why_say(why, -ENOSYS,
		       "there is no systemd here: put '* * * * * root /usr/sbin/sapdb "
		       "expire --unattended >/dev/null' into " CRON ", then again");
}

/* For the next boot. */
static int enable_asleep(struct plan *plan, bool run_now, struct why *why)
{
	struct state is = { 0 };
	int error = 0;

	if (!program_is_there("systemctl"))
		error = without_systemd(why);
	else
		error = look(&is, why);
	if (error == 0 && program_is_there("systemctl") && is.enabled < 3)
		error = PLAN_RUN(plan, why, "systemctl", "enable", TIMER, BELL, AT_BOOT);
	if (error == 0 && run_now)
		error = plan_sapdb(plan, "expire", NULL, why);
	return error;
}

int units_on(struct plan *plan, bool run_now, struct why *why)
{
	struct state is = { 0 };

	if (!systemd_runs() || !program_is_there("systemctl"))
		return enable_asleep(plan, run_now, why);
	int error = look(&is, why);
	const bool off = is.enabled < 3 || is.active < 2;
	if (error == 0 && off)
		error = PLAN_RUN(plan, why, "systemctl", "enable", "--now", TIMER, BELL);
	if (error == 0 && off)
		error = PLAN_RUN(plan, why, "systemctl", "enable", AT_BOOT);
	/* A run that has failed is no longer told as failed, either. */
	const bool other_settings = plan_is_elsewhere(plan); /* not the unit's */
	if (error == 0 && (off || (run_now && !other_settings)))
		error = PLAN_RUN(plan, why, "systemctl", "start", AT_BOOT);
	if (error == 0 && run_now && other_settings)
		error = plan_sapdb(plan, "expire", NULL, why);
	return error;
}

/* What is open is closed first, with the units still on: where that fails nobody loses
 * them. Then no run may be under way, and no login opens anything more without the file
 * that tells of runs; what came in between is closed last. */
static int close_the_relay(struct plan *plan, struct why *why)
{
	int error = plan_sapdb(plan, "revoke", "--all", why);

	if (error == 0 && systemd_runs())
		error = PLAN_RUN(plan, why, "systemctl", "stop", TIMER, BELL, AT_BOOT,
				 COMMIT);
	if (error == 0)
		error = PLAN_RUN(plan, why, "rm", "-f", plan->expired);
	if (error == 0)
		error = plan_sapdb(plan, "revoke", "--all", why);
	return error;
}

int units_off(struct plan *plan, struct why *why)
{
	struct state is = { 0 };

	if (!program_is_there("systemctl"))
		return plan_sapdb(plan, "revoke", "--all", why);
	int error = look(&is, why);
	if (error < 0 || (is.enabled == 0 && is.active == 0))
		return error;
	error = close_the_relay(plan, why);
	if (error == 0)
		error = PLAN_RUN(plan, why, "systemctl", "disable", TIMER, BELL, AT_BOOT);
	return error;
}
