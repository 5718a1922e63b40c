/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/settings.h"

#include "check.h"
#include "scratch.h"

#include "base/why.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534
#define LARGEST 65535

/* Every setting once, through the file. */
static const char every_setting[] = "mta = exim\n"
				    "map = btree:/x/y.db\n"
				    "value = YES\n"
				    "key_tag = connect:\n"
				    "state_dir = /x/state\n"
				    "run_dir = /x/run\n"
				    "backend_dir = /x/backends\n"
				    "lifetime = 20min\n"
				    "expiry_watch = 5min\n"
				    "ports = 2110\n"
				    "never = 192.0.2.0/24\n"
				    "only = 198.51.100.0/24 2001:db8::/32\n"
				    "refuse_own = no\n"
				    "services = dovecot\n"
				    "peer = stdin\n"
				    "ipv6_prefix = 64\n"
				    "wait = 1s\n"
				    "max_leases = 5\n"
				    "queue_group = mail\n"
				    "on_error = fail\n"
				    "debug = yes\n";

static int read_text(const struct scratch *scratch, const char *text, size_t size,
		     struct settings *ret, struct why *why)
{
	char path[SCRATCH_PATH];

	scratch_write(scratch_path(scratch, "conf", path), text, size);
	settings_default(ret);
	return settings_read_file(ret, path, why);
}

static void the_file_sets_every_setting(void **state)
{
	struct settings got;

	check_int("read",
		  read_text(*state, every_setting, strlen(every_setting), &got, NULL), 0);
	check_int("mta", got.mta, MTA_EXIM);
	check_text("map", got.map_type, "btree");
	check_text("map", got.map_path, "/x/y.db");
	check_text("value", got.value, "YES");
	check_text("key_tag", got.key_tag, "connect:");
	check_text("state_dir", got.state_dir, "/x/state");
	check_text("run_dir", got.run_dir, "/x/run");
	check_text("backend_dir", got.backend_dir, "/x/backends");
	check_int("lifetime", got.lifetime_ms, 1200000);
	check_int("expiry_watch", got.expiry_watch_ms, 300000);
	check_int("ports", got.ports[0], 2110);
	check_int("ports", got.ports[1], 0);
	check_int("never", got.never.count, 1);
	check_int("only", got.only.count, 2);
	check_false("refuse_own", got.refuse_own);
	check_text("services", got.services, "dovecot");
	check_int("peer", got.peer_count, 1);
	check_int("peer", got.peers[0], PEER_STDIN);
	check_int("ipv6_prefix", got.ipv6_prefix, 64);
	check_int("wait", got.wait_ms, 1000);
	check_int("max_leases", got.max_leases, 5);
	check_text("queue_group", got.queue_group, "mail");
	check_true("on_error", got.fail_on_error);
	check_true("debug", got.debug);
}

static const struct {
	const char *label, *text;
	const char *want;     /* what `value` is then; NULL: an error... */
	const char *want_why; /* ...that says this */
} line_cases[] = {
	{ "as in the manual", "value = A\n", "A", NULL },
	{ "no newline at the end", "value = A", "A", NULL },
	{ "no blanks", "value=A\n", "A", NULL },
	{ "many blanks", " \t value \t = \t A \t \n", "A", NULL },
	{ "a Windows line", "value = A\r\n", "A", NULL },
	{ "blanks inside", "value = A  B\n", "A  B", NULL },
	{ "the last one counts", "value = A\nvalue = B\n", "B", NULL },
	{ "empty lines", "\n\n \t\nvalue = A\n\n", "A", NULL },
	{ "comment line", "# value = B\nvalue = A\n", "A", NULL },
	{ "indented comment", " \t# value = B\nvalue = A\n", "A", NULL },
	{ "comment behind", "value = A # = B\n", "A", NULL },
	{ "# inside a word", "value = A#B\n", "A#B", NULL },
	{ "# inside, then a comment", "value = A#B #C\n", "A#B", NULL },
	{ "= inside", "value = A=B\n", "A=B", NULL },
	{ "empty file", "", "", NULL },
	{ "missing =", "value A\n", NULL, "line 1: expected name = value" },
	{ "missing = in line 3", "\n# x\nvalue\n", NULL, "line 3: expected name" },
	{ "unknown name", "value = A\nvaleu = B\n", NULL,
	  "line 2: there is no setting 'valeu'" },
	{ "no name", "= A\n", NULL, "line 1: there is no setting ''" },
	{ "bad value", "lifetime = 15\n", NULL, "line 1: lifetime = '15': must be" },
	{ "no value", "value =\n", NULL, "line 1: value = '': must be" },
	{ "comment for a value", "value = # A\n", NULL, "line 1: value = '': must be" },
	{ "a section", "[pam_sap]\n", NULL, "line 1: expected name = value" },
	{ "control characters", "val\x1bue = A\n", NULL, "setting 'val\\x1bue'" },
};

static void lines_are_taken_one_by_one(void **state)
{
	for (size_t i = 0; i < COUNT(line_cases); i++) {
		const char *text = line_cases[i].text, *label = line_cases[i].label;
		struct settings got;
		struct why why = { 0 };

		const int error = read_text(*state, text, strlen(text), &got, &why);
		check_int(label, error, line_cases[i].want ? 0 : -EINVAL);
		if (line_cases[i].want)
			check_text(label, got.value, line_cases[i].want);
		else
			check_contains(label, why.text, line_cases[i].want_why);
	}
}

static void a_nul_byte_is_no_text(void **state)
{
	struct settings got;
	struct why why = { 0 };

	check_int("NUL", read_text(*state, "value = A\0\n", 11, &got, &why), -EINVAL);
	check_contains("NUL", why.text, "NUL byte");
}

static void a_large_file_is_refused(void **state)
{
	static char text[LARGEST + 1];
	struct settings got;
	struct why why = { 0 };

	memset(text, '#', sizeof(text));
	check_int("fits", read_text(*state, text, LARGEST, &got, NULL), 0);
	check_int("too large", read_text(*state, text, LARGEST + 1, &got, &why), -EFBIG);
	check_contains("too large", why.text, "larger than");
}

static const struct {
	const char *label;
	mode_t mode;
	int want;
} mode_cases[] = {
	{ "private", 0600, 0 },
	{ "read by all", 0644, 0 },
	{ "group may write", 0660, -EPERM },
	{ "others may write", 0602, -EPERM },
	{ "all may write", 0666, -EPERM },
	{ "read only", 0400, 0 },
};

static void others_may_not_write_it(void **state)
{
	char path[SCRATCH_PATH];

	scratch_write(scratch_path(*state, "conf", path), "value = A\n", 10);
	for (size_t i = 0; i < COUNT(mode_cases); i++) {
		struct settings got;
		struct why why = { 0 };

		settings_default(&got);
		assert_int_equal(chmod(path, mode_cases[i].mode), 0);
		check_int(mode_cases[i].label, settings_read_file(&got, path, &why),
			  mode_cases[i].want);
		if (mode_cases[i].want < 0)
			check_contains(mode_cases[i].label, why.text, "chmod go-w");
	}
}

static void it_belongs_to_root_or_to_us(void **state)
{
	char path[SCRATCH_PATH];
	struct settings got;
	struct why why = { 0 };

	if (geteuid() != 0)
		skip();
	scratch_write(scratch_path(*state, "conf", path), "value = A\n", 10);
	assert_int_equal(chown(path, NOBODY, NOBODY), 0);
	assert_int_equal(chmod(path, 0644), 0);
	settings_default(&got);
	check_int("another's", settings_read_file(&got, path, &why), -EPERM);
	check_contains("another's", why.text, "must be root's: chown root");

	/* For whom it is his own, it is fine. */
	assert_int_equal(chmod(((const struct scratch *)*state)->path, 0755), 0);
	assert_int_equal(seteuid(NOBODY), 0);
	const int own = settings_read_file(&got, path, &why);
	assert_int_equal(seteuid(0), 0);
	check_int("one's own", own, 0);
}

static void only_a_regular_file_is_read(void **state)
{
	char path[SCRATCH_PATH];
	struct settings got;
	struct why why = { 0 };

	settings_default(&got);
	scratch_path(*state, "conf", path);
	check_int("missing", settings_read_file(&got, path, &why), -ENOENT);
	assert_int_equal(mkfifo(path, 0600), 0);
	check_int("FIFO", settings_read_file(&got, path, &why), -EINVAL);
	check_contains("FIFO", why.text, "no regular file");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	check_int("folder", settings_read_file(&got, path, &why), -EINVAL);
	check_contains("folder", why.text, "no regular file");
}

static void load_is_the_whole_of_it(void **state)
{
	static const char text[] = "mta = exim\n";
	char path[SCRATCH_PATH];
	struct settings got;

	scratch_path(*state, "conf", path);
	check_int("a named file must exist", settings_load(&got, path, NULL), -ENOENT);
	scratch_write(path, text, strlen(text));
	check_int("load", settings_load(&got, path, NULL), 0);
	check_text("completed", got.value, "RELAY");
	scratch_write(path, "mta = exim\nipv6_prefix = 64\n", 28);
	check_int("not completed", settings_load(&got, path, NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(the_file_sets_every_setting),
		IN_SCRATCH(lines_are_taken_one_by_one),
		IN_SCRATCH(a_nul_byte_is_no_text),
		IN_SCRATCH(a_large_file_is_refused),
		IN_SCRATCH(others_may_not_write_it),
		IN_SCRATCH(it_belongs_to_root_or_to_us),
		IN_SCRATCH(only_a_regular_file_is_read),
		IN_SCRATCH(load_is_the_whole_of_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
