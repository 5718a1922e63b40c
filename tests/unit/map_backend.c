/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/map_backend.h"

#include "check.h"
#include "scratch.h"

#include "base/why.h"
#include "map/map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void types_have_names(void **state)
{
	static const struct {
		const char *type;
		bool want;
	} cases[] = {
		{ "hash", true },  { "btree", true },  { "fail", true },
		{ "Hash", false }, { "cdb", false },   { "", false },
		{ "../x", false }, { "hash ", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check_int(cases[i].type, map_type_known(cases[i].type), cases[i].want);
}

static void each_type_is_loaded(void **state)
{
	static const struct {
		const char *type, *folder;
	} cases[] = {
		{ "hash", "SAP_BACKENDS" },
		{ "btree", "SAP_BACKENDS" },
		{ "fail", "SAP_FAIL_BACKEND" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct loaded_backend loaded = { 0 };

		check_int(cases[i].type,
			  map_backend_load(cases[i].type, getenv(cases[i].folder),
					   &loaded, NULL),
			  0);
		check_text(cases[i].type, loaded.backend->type, cases[i].type);
		check_int(cases[i].type, loaded.backend->abi, MAP_ABI);
		assert_null(loaded.backend->close(NULL));
		map_backend_unload(&loaded);
		assert_null(loaded.backend);
		map_backend_unload(&loaded);
	}
}

static void what_cannot_be_loaded_is_said(void **state)
{
	static char long_folder[5000];
	const char *backends = getenv("SAP_BACKENDS");
	const struct {
		const char *label, *type, *folder;
		int want;
		const char *why;
	} cases[] = {
		{ "unknown", "cdb", backends, -EPROTONOSUPPORT, "'cdb' is no type" },
		{ "path", "../map/hash", backends, -EPROTONOSUPPORT, "is no type" },
		{ "missing", "hash", "/nowhere", -EPROTONOSUPPORT, "is not installed" },
		{ "not here", "fail", backends, -EPROTONOSUPPORT, "is not installed" },
		{ "long", "hash", long_folder, -ENAMETOOLONG, "backend_dir" },
	};

	(void)state;
	memset(long_folder, 'x', sizeof(long_folder) - 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct loaded_backend loaded = { 0 };
		struct why why = { 0 };

		check_int(cases[i].label,
			  map_backend_load(cases[i].type, cases[i].folder, &loaded, &why),
			  cases[i].want);
		check_contains(cases[i].label, why.text, cases[i].why);
		assert_null(loaded.object);
		assert_null(loaded.backend);
	}
}

static void what_is_there_and_cannot_be_loaded_is_not_missing(void **state)
{
	struct loaded_backend loaded = { 0 };
	struct why why = { 0 };
	char path[SCRATCH_PATH];

	scratch_write(scratch_path(*state, "map_berkeley.so", path), "no object", 9);
	check_int("load",
		  map_backend_load("hash", ((const struct scratch *)*state)->path,
				   &loaded, &why),
		  -ELIBACC);
	check_contains("load", why.text,
		       "cannot load the backend for tables of type hash: ");
	check_contains("load", why.text, path);
	assert_null(loaded.object);
}

/* An object without this type: as if left by another version. */
static void another_object_under_its_name_is_refused(void **state)
{
	struct loaded_backend loaded = { 0 };
	struct why why = { 0 };
	char object[SCRATCH_PATH], path[SCRATCH_PATH];

	(void)snprintf(object, sizeof(object), "%s/map_fail.so",
		       getenv("SAP_FAIL_BACKEND"));
	scratch_path(*state, "map_berkeley.so", path);
	assert_int_equal(symlink(object, path), 0);
	check_int("load",
		  map_backend_load("hash", ((const struct scratch *)*state)->path,
				   &loaded, &why),
		  -EPROTO);
	check_contains("load", why.text, "of another version of pam_sap");
	assert_null(loaded.object);
}

static void the_failing_backend_fails(void **state)
{
	struct loaded_backend loaded = { 0 };
	const struct map_place place = { .path = "/x", .note_fd = -1 };
	struct map_identity identity;
	struct map_entry entry;
	struct map *map = NULL;
	struct why why = { 0 };

	(void)state;
	assert_int_equal(
		map_backend_load("fail", getenv("SAP_FAIL_BACKEND"), &loaded, NULL), 0);
	const struct map_backend *fail = loaded.backend;
	check_int("open", fail->open(&place, &map, &why), -EIO);
	check_int("get", fail->get(map, "x", &entry, &why), -EIO);
	check_int("next", fail->next(map, &entry, &why), -EIO);
	check_int("begin", fail->begin(map, &why), -EIO);
	check_int("put", fail->put(map, "x", "y", &why), -EIO);
	check_int("remove", fail->remove(map, "x", &why), -EIO);
	check_int("commit", fail->commit(map, &why), -EIO);
	check_int("identify", fail->identify(map, &identity, &why), -EIO);
	check_int("create", fail->create(&place, &why), -EIO);
	check_int("recover", fail->recover(&place, &why), -EIO);
	fail->abandon(map);
	assert_null(fail->close(map));
	check_contains("why", why.text, "the failing backend: Input/output error");
	map_backend_unload(&loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_have_names),
		cmocka_unit_test(each_type_is_loaded),
		cmocka_unit_test(what_cannot_be_loaded_is_said),
		IN_SCRATCH(what_is_there_and_cannot_be_loaded_is_not_missing),
		IN_SCRATCH(another_object_under_its_name_is_refused),
		cmocka_unit_test(the_failing_backend_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
