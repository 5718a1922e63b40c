/* SPDX-License-Identifier: BSD-2-Clause */
/* May the services write what they have to, and does the path unit watch the queue? */
#include "db-tool/check/probe.h"

#include "base/ascii.h"
#include "db-tool/check/text_file.h"
#include "db-tool/check/unit_ask.h"
#include "db-tool/check/unit_state.h"
#include "db-tool/program.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define DROP_IN "/etc/systemd/system/%s.d/pam_sap.conf"

static const struct fault closed = {
	"unit-sandbox", SEVERITY_ERROR,
	"The service may not write there: it can neither open nor close the relay."
};
static const struct fault unwatched = {
	"path-folder", SEVERITY_ERROR,
	"A login that may not write the table itself waits in a folder that nobody looks "
	"into before the next run of the timer."
};

static bool is_named(char *list, const char *path)
{
	char *word;

	while ((word = text_next_word(&list, NULL)))
		if (is_below(path, word + strspn(word, "-+!")))
			return true;
	return false;
}

/* StateDirectory= and RuntimeDirectory= name folders below these. */
static bool is_its_own(const char *states, const char *unit, const char *path)
{
	char name[256], folder[512];

	(void)snprintf(folder, sizeof(folder), "/var/lib/%s",
		       unit_property(states, unit, "StateDirectory", name, sizeof(name)));
	if (name[0] != '\0' && is_below(path, folder))
		return true;
	(void)snprintf(
		folder, sizeof(folder), "/run/%s",
		unit_property(states, unit, "RuntimeDirectory", name, sizeof(name)));
	return name[0] != '\0' && is_below(path, folder);
}

static bool is_protected(const char *states, const char *unit, const char *path)
{
	if (is_below(path, "/home") || is_below(path, "/root"))
		return !unit_is(states, unit, "ProtectHome", "no");
	if (unit_is(states, unit, "ProtectSystem", "strict"))
		return true;
	if (is_below(path, "/usr") || is_below(path, "/boot"))
		return !unit_is(states, unit, "ProtectSystem", "no");
	return is_below(path, "/etc") && unit_is(states, unit, "ProtectSystem", "full");
}

static void look_at(struct check *check, const char *states, const char *unit,
		    const char *folder)
{
	char paths[4096];

	if (!unit_is(states, unit, "LoadState", "loaded") ||
	    !is_protected(states, unit, folder) || is_its_own(states, unit, folder))
		return;
	(void)unit_property(states, unit, "ReadWritePaths", paths, sizeof(paths));
	if (is_named(paths, folder))
		return;
	struct finding *found = finding_add(&check->findings, &closed, unit);
	finding_what(found, "The sandbox of %s keeps %s closed.", unit, folder);
	finding_mend(found,
		     "mkdir -p /etc/systemd/system/%s.d && printf "
		     "'[Service]\\nReadWritePaths=%s\\n' >>" DROP_IN
		     " && systemctl daemon-reload",
		     unit, folder, unit);
}

static void look_at_path_unit(struct check *check, const char *states)
{
	const char *unit = "pam_sap-commit.path";
	char paths[4096], queue[SETTINGS_PATH + 16];

	(void)snprintf(queue, sizeof(queue), "%s/pending", check->settings->state_dir);
	if (!unit_is(states, unit, "LoadState", "loaded") ||
	    strstr(unit_property(states, unit, "Paths", paths, sizeof(paths)), queue))
		return;
	struct finding *found = finding_add(&check->findings, &unwatched, unit);
	finding_what(found, "The path unit does not watch %s.", queue);
	finding_mend(found,
		     "mkdir -p /etc/systemd/system/%s.d && printf "
		     "'[Path]\\nDirectoryNotEmpty=%s\\n' >>" DROP_IN
		     " && systemctl daemon-reload && systemctl restart %s",
		     unit, queue, unit, unit);
}

static void folder_of(const char *path, char folder[static SETTINGS_PATH])
{
	(void)snprintf(folder, SETTINGS_PATH, "%s", path);
	char *slash = strrchr(folder, '/');
	if (slash)
		*slash = '\0';
}

bool probe_sandbox(struct check *check)
{
	static const char *const services[] = { "pam_sap-expire.service",
						"pam_sap-commit.service" };
	cleanup_program_output struct program_output states = { 0 };
	const struct settings *settings = check->settings;
	char folder[SETTINGS_PATH];

	if (!systemd_is_here() || !unit_states_ask(check, &states))
		return not_here(check, "no systemd");
	folder_of(settings->map_path, folder);
	for (size_t i = 0; i < 2; i++) {
		look_at(check, states.out, services[i], folder);
		if (!is_below(folder, settings->state_dir))
			look_at(check, states.out, services[i], settings->state_dir);
		look_at(check, states.out, services[i], settings->run_dir);
	}
	if (settings->metrics_file[0] != '\0') {
		folder_of(settings->metrics_file, folder);
		look_at(check, states.out, services[0], folder);
	}
	look_at_path_unit(check, states.out);
	return looked_at(check, "what the services may write");
}
