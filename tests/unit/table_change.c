/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/table_change.h"

#include "site.h"

#include "base/cleanup.h"
#include "map/map_backend.h"

#include <fcntl.h>

#define HIS "10=RELAY\n"
#define STALE_MARKER "SAP:192.0.2.7", "DUNNO pam_sap 192.0.2.7 RELAY"

struct change_case {
	const char *label;
	struct pair records[4];
	int want; /* what opening or closing 192.0.2.7 returns */
	const char *want_table;
};

static const struct change_case open_cases[] = {
	{ "new", { { "10", "RELAY" } }, 1, HIS OURS("192.0.2.7") MARKER("192.0.2.7") },
	{ "there already",
	  { { "192.0.2.7", "RELAY" }, { STALE_MARKER } },
	  0,
	  OURS("192.0.2.7") MARKER("192.0.2.7") },
	{ "marker alone",
	  { { STALE_MARKER } },
	  1,
	  OURS("192.0.2.7") MARKER("192.0.2.7") },
	{ "his RELAY", { { "192.0.2.7", "RELAY" } }, 0, "192.0.2.7=RELAY\n" },
	{ "his REJECT, our old marker",
	  { { "192.0.2.7", "REJECT" }, { STALE_MARKER } },
	  1,
	  "192.0.2.7=REJECT\n" },
	{ "his network refuses: ours goes",
	  { { "192.0.2.7", "RELAY" }, { STALE_MARKER }, { "192.0.2", "REJECT" } },
	  1,
	  "192.0.2=REJECT\n" },
	{ "folded marker",
	  { { "192.0.2.7", "RELAY" },
	    { "sap:192.0.2.7", "DUNNO pam_sap 192.0.2.7 RELAY" } },
	  0,
	  "192.0.2.7=RELAY\nsap:192.0.2.7=DUNNO pam_sap 192.0.2.7 RELAY\n" },
};

static const struct change_case close_cases[] = {
	{ "ours",
	  { { "192.0.2.7", "RELAY" }, { STALE_MARKER }, { "10", "RELAY" } },
	  1,
	  HIS },
	{ "nothing there", { { "10", "RELAY" } }, 0, HIS },
	{ "his RELAY", { { "192.0.2.7", "RELAY" } }, 0, "192.0.2.7=RELAY\n" },
	{ "his REJECT, our old marker",
	  { { "192.0.2.7", "REJECT" }, { STALE_MARKER } },
	  1,
	  "192.0.2.7=REJECT\n" },
	{ "written with a tag",
	  { { "connect:192.0.2.7", "RELAY" },
	    { "SAP:192.0.2.7", "DUNNO pam_sap connect:192.0.2.7 RELAY" },
	    { "192.0.2.7", "RELAY" } },
	  1,
	  "192.0.2.7=RELAY\n" },
	{ "written with another value",
	  { { "192.0.2.7", "OK" }, { "SAP:192.0.2.7", "DUNNO pam_sap 192.0.2.7 OK" } },
	  1,
	  "" },
	{ "folded marker",
	  { { "192.0.2.7", "RELAY" },
	    { "sap:192.0.2.7", "DUNNO pam_sap 192.0.2.7 RELAY" } },
	  1,
	  "" },
	{ "marker without a key: today's form",
	  { { "192.0.2.7", "RELAY" }, { "SAP:192.0.2.7", "DUNNO" } },
	  1,
	  "" },
	{ "two markers of one client: both go, or the other would own his record",
	  { { "192.0.2.7", "RELAY" },
	    { "SAP:192.0.2.7", "DUNNO pam_sap 10.0.0.1 RELAY" },
	    { "sap:192.0.2.7", "DUNNO" } },
	  1,
	  "192.0.2.7=RELAY\n" },
	{ "another's marker",
	  { { "192.0.2.7", "RELAY" },
	    { "SAP:192.0.2.70", "DUNNO pam_sap 192.0.2.7 RELAY" } },
	  0,
	  "192.0.2.7=RELAY\nSAP:192.0.2.70=DUNNO pam_sap 192.0.2.7 RELAY\n" },
};

/* Runs one case as one committed change. */
static int run_case(struct site *site, const struct change_case *one, bool opening)
{
	const struct record_form form = settings_record_form(&site->settings);
	const struct client_address client = site_client("192.0.2.7");
	struct loaded_backend loaded = { 0 };
	struct verdict verdict;
	char note[SCRATCH_PATH];

	scratch_write(scratch_path(&site->scratch, "note", note), "", 0);
	cleanup_fd int note_fd = open(note, O_RDWR | O_CLOEXEC);
	const struct map_place place = { .path = site->settings.map_path,
					 .note_fd = note_fd };
	site_table(site, one->records);
	assert_int_equal(
		map_backend_load("hash", site->settings.backend_dir, &loaded, NULL), 0);
	struct table table = { .backend = loaded.backend };
	assert_int_equal(table.backend->open(&place, &table.map, NULL), 0);
	assert_int_equal(table.backend->begin(table.map, NULL), 0);
	const int got =
		opening ? table_open_client(&table, &form, &client, &verdict, NULL)
			: table_close_client(&table, &form, &client, NULL);
	assert_int_equal(table.backend->commit(table.map, NULL), 0);
	table.map = table.backend->close(table.map);
	map_backend_unload(&loaded);
	return got;
}

static void opening_leaves_the_static_alone(void **state)
{
	for (size_t i = 0; i < COUNT(open_cases); i++) {
		const char *label = open_cases[i].label;

		check_int(label, run_case(*state, &open_cases[i], true),
			  open_cases[i].want);
		check_table(label, *state, open_cases[i].want_table);
	}
}

static void closing_leaves_the_static_alone(void **state)
{
	for (size_t i = 0; i < COUNT(close_cases); i++) {
		const char *label = close_cases[i].label;

		check_int(label, run_case(*state, &close_cases[i], false),
			  close_cases[i].want);
		check_table(label, *state, close_cases[i].want_table);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_SITE(opening_leaves_the_static_alone),
		AT_SITE(closing_leaves_the_static_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
