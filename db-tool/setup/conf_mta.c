/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/setup/conf_mta.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "core/settings.h"
#include "db-tool/setup/part.h"
#include "db-tool/setup/plan.h"
#include "db-tool/setup/text_edit.h"
#include "db-tool/setup/units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SAMPLE "\n#mta = "

static int add_line(struct plan_file *file, const char *line)
{
	const char *sample = file->text ? strstr(file->text, SAMPLE) : NULL;

	if (!file->text) {
		file->text = strdup(line);
		return file->text ? 0 : -ENOMEM;
	}
	if (sample && strchr(sample + 1, '\n'))
		return text_insert(
			&file->text,
			(size_t)(sample + 1 - file->text) + text_line(sample + 1), line);
	return text_add_line(&file->text, line);
}

int conf_mta_set(struct plan *plan, const struct part *part, struct why *why)
{
	cleanup_free char *line = NULL;
	struct plan_file *file;
	struct span at, value;

	if (plan->settings->mta == part->mta)
		return 0;
	int error = plan_file(plan, plan->conf, &file, why);
	if (error < 0 && error != -ENOENT)
		return error;
	if (file->text && text_assignment(file->text, "mta", TEXT_EQUALS, &at, &value))
		return why_say(why, -EINVAL,
			       "%s says mta = %.*s: sapdb setup --remove %.*s first, or "
			       "take the line out",
			       file->path, (int)value.size, file->text + value.at,
			       (int)value.size, file->text + value.at);
	if (file->text && text_assignment(file->text, "map", TEXT_EQUALS, &at, &value))
		return why_say(why, -EINVAL,
			       "%s says map = %.*s, for another mail server: take the "
			       "line out, then again",
			       file->path, (int)value.size, file->text + value.at);
	if (part->mta == MTA_SENDMAIL) /* the default, but not what the settings say */
		return why_say(why, -EINVAL, "%s: mta is not %s", plan->conf, part->name);
	if (asprintf(&line, "mta = %s\n", part->name) < 0)
		return why_set(why, -ENOMEM, "cannot set mta");
	error = add_line(file, line);
	return error < 0 ? why_set(why, error, "cannot set mta") : 0;
}

static void cut_setting(char *text, const char *name, const char *value)
{
	struct span line, is;

	while (text_assignment(text, name, TEXT_EQUALS, &line, &is) &&
	       is.size == strlen(value) && strncmp(text + is.at, value, is.size) == 0) {
		if (line.at > 0 && text[line.at + line.size - 1] != '\n') {
			line.at--;
			line.size++;
		}
		text_cut(text, line);
	}
}

int conf_mta_unset(struct plan *plan, const struct part *part, struct why *why)
{
	char path[SETTINGS_PATH + 64];
	struct plan_file *file;

	if (plan->settings->mta != part->mta)
		return 0;
	/* `sapdb revoke` reads the settings that are to go. */
	int error = units_off(plan, why);
	if (error == 0)
		error = plan_file(plan, plan->conf, &file, why);
	if (error != 0)
		return error == -ENOENT ? 0 : error;
	cut_setting(file->text, "mta", part->name);
	(void)snprintf(path, sizeof(path), "hash:%s/map/relay.db",
		       plan->settings->state_dir);
	if (part->mta == MTA_POSTFIX)
		cut_setting(file->text, "map", path);
	return 0;
}

void conf_table_of(const struct plan *plan, const struct part *part,
		   struct conf_table *ret)
{
	const char *preset = mta_preset_of(part->mta)->map, *colon = strchr(preset, ':');

	if (plan->settings->mta == part->mta) {
		(void)snprintf(ret->type, sizeof(ret->type), "%s",
			       plan->settings->map_type);
		(void)snprintf(ret->path, sizeof(ret->path), "%s",
			       plan->settings->map_path);
		return;
	}
	(void)snprintf(ret->type, sizeof(ret->type), "%.*s", (int)(colon - preset),
		       preset);
	(void)snprintf(ret->path, sizeof(ret->path), "%s", colon + 1);
}
