/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/measures.h"

#include "base/why.h"
#include "core/blocks.h"
#include "core/complaint.h"
#include "core/counters.h"
#include "core/expiry_watch.h"
#include "core/lease_file.h"
#include "core/seal.h"
#include "core/settings.h"
#include "db-tool/leases.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

static void add(struct measures *measures, struct measure measure)
{
	if (measures->count < MEASURES_MAX)
		measures->list[measures->count++] = measure;
}

static int take_leases(const struct leases *leases, struct measures *ret, struct why *why)
{
	/* As sapdb status calls them. */
	static const struct {
		enum lease_folder folder;
		const char *state;
	} states[] = {
		{ LEASE_ACTIVE, "open" },	{ LEASE_PENDING, "waiting" },
		{ LEASE_DEFERRED, "deferred" }, { LEASE_ENDING, "ending" },
		{ LEASE_SETTLED, "settled" },
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		const long count = lease_count(&leases->dir, states[i].folder, why);
		if (count < 0)
			return (int)count;
		add(ret, (struct measure){ "sap_leases", "Leases by state.", "state",
					   states[i].state, (double)count });
	}
	return 0;
}

/* When the last login of the one that waits longest was; 0: none waits. */
static time_t oldest_in(const struct leases *leases, enum lease_folder folder)
{
	cleanup_lease_scan struct lease_scan scan = { 0 };
	struct lease_name name;
	struct timespec mtime;
	time_t oldest = 0;
	int found = lease_scan_open(&leases->dir, folder, &scan, NULL);

	while (found >= 0 && (found = lease_scan_next(&scan, &name, NULL)) > 0)
		if (found == LEASE_SCAN_CLIENT &&
		    lease_mtime(&leases->dir, folder, &name.client, &mtime) == 0 &&
		    (oldest == 0 || mtime.tv_sec < oldest))
			oldest = mtime.tv_sec;
	return oldest;
}

static void take_waiting(const struct leases *leases, struct measures *ret)
{
	const time_t now = leases->job.now.tv_sec;
	const time_t pending = oldest_in(leases, LEASE_PENDING);
	const time_t deferred = oldest_in(leases, LEASE_DEFERRED);
	const time_t oldest = pending == 0 || (deferred != 0 && deferred < pending)
				      ? deferred
				      : pending;

	add(ret,
	    (struct measure){
		    .name = "sap_oldest_waiting_seconds",
		    .help = "Age of the oldest lease that waits for a commit.",
		    .value = oldest != 0 && oldest < now ? (double)(now - oldest) : 0 });
}

static void take_counters(const struct leases *leases, struct measures *ret)
{
	struct counters counters;

	counters_read(leases->job.settings->run_dir, &counters);
	add(ret, (struct measure){ .name = "sap_leases_opened_total",
				   .help = "Leases opened since the boot.",
				   .value = (double)counters.opened });
	add(ret, (struct measure){ .name = "sap_leases_removed_total",
				   .help = "Leases removed since the boot.",
				   .value = (double)counters.removed });
	add(ret, (struct measure){ .name = "sap_commits_total",
				   .help = "Changes of the table since the boot.",
				   .value = (double)counters.commits });
	add(ret, (struct measure){ .name = "sap_commit_failures_total",
				   .help = "Commits that failed since the boot.",
				   .value = (double)counters.failures });
	add(ret, (struct measure){ .name = "sap_commit_seconds_total",
				   .help = "Time that commits took since the boot.",
				   .value = (double)counters.microseconds / 1e6 });
}

static void take_times(const struct leases *leases, struct measures *ret)
{
	const struct settings *settings = leases->job.settings;
	const time_t sealed = seal_time(settings),
		     expired = expiry_last_run(&leases->job);

	add(ret, (struct measure){ .name = "sap_table_sealed",
				   .help = "1 while the table is as pam_sap left it.",
				   .value = seal_holds(settings, NULL) });
	/* Never is no time. */
	if (sealed != 0)
		add(ret, (struct measure){ .name = "sap_last_commit_timestamp_seconds",
					   .help = "When the table was last changed.",
					   .value = (double)sealed });
	if (expired != 0)
		add(ret, (struct measure){ .name = "sap_last_expire_timestamp_seconds",
					   .help = "When sapdb expire last ran.",
					   .value = (double)expired });
}

/* Where nobody can say how many there are, all else is worth the more. */
static void take_blocks(const struct leases *leases, struct measures *ret)
{
	cleanup_blocks struct blocks blocks = { 0 };

	if (blocks_read(&leases->dir, leases->job.now.tv_sec, &blocks, NULL) < 0)
		return;
	add(ret, (struct measure){ .name = "sap_blocks",
				   .help = "Addresses, networks and users kept shut.",
				   .value = (double)blocks.count });
}

static void take_complaints(const struct leases *leases, struct measures *ret)
{
	const struct job *job = &leases->job;

	for (int topic = 0; topic < COMPLAINT_TOPICS; topic++)
		add(ret, (struct measure){
				 "sap_complaint", "1 while this trouble lasts.", "topic",
				 complaint_topic_name((enum complaint_topic)topic),
				 complaint_is_fresh(job->settings->run_dir,
						    (enum complaint_topic)topic, job->now,
						    LONG_MAX) });
}

int measures_take(const struct leases *leases, struct measures *ret, struct why *why)
{
	*ret = (struct measures){ 0 };
	add(ret, (struct measure){ "sap_build_info", "The version that runs.", "version",
				   VERSION, 1 });
	const int error = take_leases(leases, ret, why);
	if (error < 0)
		return error;
	add(ret, (struct measure){ .name = "sap_max_leases",
				   .help = "No more leases are opened than these.",
				   .value = (double)leases->job.settings->max_leases });
	take_waiting(leases, ret);
	take_counters(leases, ret);
	take_times(leases, ret);
	take_blocks(leases, ret);
	take_complaints(leases, ret);
	return 0;
}

static bool is_counter(const char *name)
{
	const size_t length = strlen(name), end = strlen("_total");

	return length > end && strcmp(name + length - end, "_total") == 0;
}

void measures_print(const struct measures *measures, FILE *to)
{
	const char *before = "";

	for (size_t i = 0; i < measures->count; i++) {
		const struct measure *measure = &measures->list[i];
		if (strcmp(before, measure->name) != 0)
			(void)fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", measure->name,
				      measure->help, measure->name,
				      is_counter(measure->name) ? "counter" : "gauge");
		before = measure->name;
		if (measure->label)
			(void)fprintf(to, "%s{%s=\"%s\"} %.15g\n", measure->name,
				      measure->label, measure->label_value,
				      measure->value);
		else
			(void)fprintf(to, "%s %.15g\n", measure->name, measure->value);
	}
}

json_t *measures_json(const struct measures *measures)
{
	json_t *object = json_object();

	for (size_t i = 0; i < measures->count; i++) {
		const struct measure *measure = &measures->list[i];
		json_t *value = json_real(measure->value);
		/* Nearly all of them are whole numbers, and read as such. */
		if (measure->value < 1e15 &&
		    measure->value == (double)(long long)measure->value) {
			json_decref(value);
			value = json_integer((json_int_t)measure->value);
		}
		if (!measure->label) {
			(void)json_object_set_new(object, measure->name, value);
			continue;
		}
		json_t *labels = json_object_get(object, measure->name);
		if (!labels) {
			labels = json_object();
			(void)json_object_set_new(object, measure->name, labels);
		}
		(void)json_object_set_new(labels, measure->label_value, value);
	}
	return object;
}
