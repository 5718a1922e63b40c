/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The records of ours against the leases, and the seal.
 *
 * Logins and the timer go on meanwhile: what does not agree is looked at again.
 */
#include "db-tool/check/probe.h"

#include "base/deadline.h"
#include "base/why.h"
#include "core/batch.h"
#include "core/seal.h"
#include "db-tool/check/disagreement.h"
#include "db-tool/leases.h"
#include "db-tool/table_file.h"

#include <errno.h>
#include <sys/stat.h>

#define TRIALS 6
#define NAP_MS 300
#define HEALED_S 180 /* the timer's third run by then */
#define RUN "systemctl start pam_sap-expire.service"

static const struct fault no_table = {
	"table-unreadable", SEVERITY_ERROR,
	"Nothing is opened or closed while it cannot be read."
};
static const struct fault record_alone = { "record-without-lease", SEVERITY_ERROR,
					   "It relays, and no lease says until when. The "
					   "next run that looks at the whole table "
					   "removes it." };
static const struct fault marker_alone = { "marker-without-record", SEVERITY_WARNING,
					   "It grants nothing, but somebody has edited "
					   "our records: the next run that looks at "
					   "the whole table removes it." };
static const struct fault lease_alone = { "lease-without-record", SEVERITY_ERROR,
					  "This client has logged in and may not relay. "
					  "The next run that looks at the whole "
					  "table puts its record back." };
static const struct fault no_seal = { "seal-broken", SEVERITY_WARNING,
				      "Somebody else has changed the table minutes ago, "
				      "and no run has looked at it since: "
				      "leases may be missing in it." };

/* The seal goes, so that the next run looks at all of it. */
static void mend_by_looking(const struct check *check, struct finding *found)
{
	finding_mend(found, "rm -f %s/seal; " RUN, check->settings->run_dir);
}

static void say(struct check *check, const struct fault *fault,
		const struct disagreement *disagreement)
{
	struct finding *found;

	if (disagreement->count == 0)
		return;
	found = finding_add(&check->findings, fault, disagreement->first.text);
	finding_what(found, "%s %s%s.", disagreement->first.text,
		     fault == &lease_alone ? "has a lease, and no record in the table"
		     : fault == &marker_alone
			     ? "has a marker of ours in the table, and no "
			       "record"
			     : "has a record of ours, and no lease",
		     disagreement->count > 1 ? ", and it is not the only one" : "");
	mend_by_looking(check, found);
}

/* Leases first: what is active then the table that is opened afterwards shows. */
static int compare(struct check *check, struct disagreements *ret, struct why *why)
{
	cleanup_table_file struct table_file file = { 0 };
	cleanup_leases struct leases leases = LEASES_NONE;
	cleanup_batch struct batch active = { 0 };

	*ret = (struct disagreements){ 0 };
	int error = leases_look(check->tool, &leases, why);
	if (error == 0)
		error = leases_collect(&leases, LEASE_ACTIVE, &active, why);
	if (error == 0)
		error = table_file_open(check->tool, &file, why);
	if (error == 0)
		error = disagreements_find(&leases, &active, &file.table, ret, why);
	return error;
}

/* True: nobody has changed the table meanwhile. */
static bool compare_at_rest(struct check *check, struct disagreements *ret,
			    int *ret_error, struct why *why)
{
	const char *path = check->settings->map_path;
	struct map_identity before, after;

	const bool known = map_identity_of(path, &before) == 0;
	*ret_error = compare(check, ret, why);
	return known && map_identity_of(path, &after) == 0 &&
	       map_identity_equal(&before, &after);
}

static void nap(void)
{
	const struct timespec deadline = deadline_in(NAP_MS);
	unsigned round = 0;

	while (deadline_nap(deadline, &round))
		continue;
}

/* Told is what two looks in turn have seen, at a table at rest. */
static int compare_patiently(struct check *check, struct disagreements *ret,
			     struct why *why)
{
	int seen = 0, error = 0;

	for (int trial = 0; trial < TRIALS; trial++) {
		const bool at_rest = compare_at_rest(check, ret, &error, why);

		if (!disagreements_any(ret))
			return error;
		seen = at_rest ? seen + 1 : 0;
		if (seen == 2)
			return 0;
		nap();
	}
	*ret = (struct disagreements){ 0 };
	return error;
}

/* A change of the last minutes is what the timer is about to look at. */
static void look_at_seal(struct check *check)
{
	struct stat table;

	if (check->timer_is_bad || check->conf_is_bad ||
	    seal_holds(check->settings, NULL) ||
	    stat(check->settings->map_path, &table) < 0 ||
	    check->now.tv_sec - table.st_ctime < HEALED_S)
		return;
	struct finding *found =
		finding_add(&check->findings, &no_seal, check->settings->map_path);
	finding_what(found, "The table is not the one that the last commit has left.");
	mend_by_looking(check, found);
}

bool probe_records(struct check *check)
{
	struct disagreements found;
	struct why why = { 0 };

	if (check->table_is_bad)
		return not_here(check, "a table that has to be mended first");
	const int error = compare_patiently(check, &found, &why);
	if (error == -ENOENT)
		return not_here(check,
				"no state folder, hence no leases to compare with");
	if (error < 0) {
		struct finding *unreadable = finding_add(&check->findings, &no_table,
							 check->settings->map_path);

		check->table_is_bad = true;
		finding_what(unreadable, "%s.", why.text);
		finding_mend(unreadable, "sapdb list >/dev/null");
		return true;
	}
	say(check, &record_alone, &found.record_alone);
	say(check, &marker_alone, &found.marker_alone);
	say(check, &lease_alone, &found.lease_alone);
	if (!disagreements_any(&found))
		look_at_seal(check);
	return looked_at(check, "the records of ours against the leases, the seal");
}
