/* SPDX-License-Identifier: BSD-2-Clause */
/* Timer, path unit and boot run: there, started, and started again after a boot. */
#include "db-tool/check/probe.h"

#include "db-tool/check/unit_ask.h"
#include "db-tool/check/unit_state.h"
#include "db-tool/program.h"

#include <string.h>

#define CLOSES                                                                           \
	"Without it nothing is closed, and after ten minutes nothing new is opened."
#define OPENS                                                                            \
	"Without it a login that may not write the table itself (Dovecot's may not) "    \
	"opens "                                                                         \
	"nothing before the next run of the timer."

static const struct fault timer_missing = { "timer-missing", SEVERITY_ERROR, CLOSES };
static const struct fault timer_masked = { "timer-masked", SEVERITY_ERROR, CLOSES };
static const struct fault timer_stopped = { "timer-stopped", SEVERITY_ERROR, CLOSES };
static const struct fault timer_disabled = { "timer-disabled", SEVERITY_WARNING,
					     "It will not be started at the next boot: "
					     "then nothing is closed." };
static const struct fault path_missing = { "path-missing", SEVERITY_ERROR, OPENS };
static const struct fault path_masked = { "path-masked", SEVERITY_ERROR, OPENS };
static const struct fault path_failed = { "path-failed", SEVERITY_ERROR, OPENS };
static const struct fault path_stopped = { "path-stopped", SEVERITY_ERROR, OPENS };
static const struct fault path_disabled = { "path-disabled", SEVERITY_WARNING,
					    "It will not be started at the next boot: "
					    "logins then open nothing before the next "
					    "run of the timer." };
static const struct fault expire_failed = {
	"expire-failed", SEVERITY_ERROR,
	"Each minute it has to close what has ended; its last run did not get through."
};
static const struct fault commit_failed = {
	"commit-failed", SEVERITY_ERROR,
	"It opens what logins have left in the queue; its last run did not get through."
};
static const struct fault boot_disabled = {
	"boot-run-disabled", SEVERITY_WARNING,
	"Leases that end while the host is down still relay after a boot until the first "
	"run "
	"of the timer, and a table of our own may be missing when the mail server starts."
};

static struct finding *say(struct check *check, const struct fault *fault,
			   const char *unit, const char *what)
{
	struct finding *found = finding_add(&check->findings, fault, unit);

	finding_what(found, "%s is %s.", unit, what);
	return found;
}

static void say_start(struct check *check, const struct fault *fault, const char *unit,
		      const char *what)
{
	finding_mend(say(check, fault, unit, what), "systemctl enable --now %s", unit);
}

struct started {
	const char *unit;
	const struct fault *missing, *masked, *failed, *stopped, *disabled;
};

static bool is_enabled(const char *states, const char *unit)
{
	return unit_is(states, unit, "UnitFileState", "enabled") ||
	       unit_is(states, unit, "UnitFileState", "enabled-runtime") ||
	       unit_is(states, unit, "UnitFileState", "static") ||
	       unit_is(states, unit, "UnitFileState", "alias") ||
	       unit_is(states, unit, "UnitFileState", "linked");
}

/* False: it does not run. */
static bool look_at(struct check *check, const char *states,
		    const struct started *started)
{
	const char *unit = started->unit;

	if (unit_is(states, unit, "LoadState", "masked") ||
	    unit_is(states, unit, "UnitFileState", "masked") ||
	    unit_is(states, unit, "UnitFileState", "masked-runtime"))
		finding_mend(say(check, started->masked, unit, "masked"),
			     "systemctl unmask %s; systemctl unmask --runtime %s; "
			     "systemctl enable --now %s",
			     unit, unit, unit);
	else if (!unit_is(states, unit, "LoadState", "loaded"))
		say_start(check, started->missing, unit, "not installed");
	else if (unit_is(states, unit, "ActiveState", "failed"))
		finding_mend(say(check, started->failed, unit, "failed"),
			     "systemctl reset-failed %s && systemctl start %s", unit,
			     unit);
	else if (unit_is(states, unit, "ActiveState", "inactive"))
		say_start(check, started->stopped, unit, "not started");
	else if (!is_enabled(states, unit))
		say_start(check, started->disabled, unit,
			  "started, but not enabled: it is not there after a boot");
	else
		return true;
	return strcmp(check->findings.finding[check->findings.count - 1].fault->id,
		      started->disabled->id) == 0;
}

static void look_at_service(struct check *check, const char *states,
			    const struct fault *fault, const char *unit)
{
	/* With a conf that does not load it cannot but fail. */
	if (check->conf_is_bad || !unit_is(states, unit, "ActiveState", "failed"))
		return;
	finding_mend(say(check, fault, unit, "failed"),
		     "journalctl -b -u %s -n 20 --no-pager", unit);
}

static void look_at_boot_run(struct check *check, const char *states)
{
	const char *unit = "pam_sap-expire.service";

	if (!check->timer_is_bad && unit_is(states, unit, "LoadState", "loaded") &&
	    !is_enabled(states, unit))
		finding_mend(say(check, &boot_disabled, unit,
				 "not enabled: there is no run at a boot"),
			     "systemctl enable %s", unit);
}

bool probe_units(struct check *check)
{
	static const struct started timer = {
		"pam_sap-expire.timer", &timer_missing, &timer_masked,
		&timer_stopped,		&timer_stopped, &timer_disabled,
	};
	static const struct started path = {
		"pam_sap-commit.path", &path_missing, &path_masked,
		&path_failed,	       &path_stopped, &path_disabled,
	};
	cleanup_program_output struct program_output states = { 0 };

	if (!systemd_is_here())
		return not_here(check, "no systemd: cron has to run sapdb expire");
	if (!unit_states_ask(check, &states))
		return not_here(check, "systemctl does not tell of units");
	check->timer_is_bad = !look_at(check, states.out, &timer);
	(void)look_at(check, states.out, &path);
	look_at_service(check, states.out, &expire_failed, "pam_sap-expire.service");
	look_at_service(check, states.out, &commit_failed, "pam_sap-commit.service");
	look_at_boot_run(check, states.out);
	return looked_at(check, "timer, path unit, the two services");
}
