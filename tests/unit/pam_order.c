/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/pam_order.h"

#include "check.h"
#include "scratch.h"

#include "db-tool/check/pam_stack.h"

#include <string.h>

#define UNIX "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\n"
/* Debian's, as pam-auth-update writes it. */
#define COMMON UNIX "account requisite pam_deny.so\naccount required pam_permit.so\n"
#define AUTH                                                                             \
	"auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite "            \
	"pam_deny.so\n"                                                                  \
	"auth required pam_permit.so\n"
/* Fedora's, as authselect writes it. */
#define PASSWORD                                                                         \
	"account required pam_unix.so\naccount sufficient pam_localuser.so\n"            \
	"account sufficient pam_usertype.so issystem\naccount required pam_permit.so\n"
#define OURS "account optional pam_sap.so\n"

static const struct {
	const char *label, *service, *other;
	enum line_trouble want;
	const char *by;
} cases[] = {
	{ "the guide's, on Debian", "@include other\n" OURS, COMMON, LINE_FINE, NULL },
	{ "with a dash", "@include other\n-" OURS, COMMON, LINE_FINE, NULL },
	{ "the guide's, on Fedora", "account substack other\n" OURS, PASSWORD, LINE_FINE,
	  NULL },
	{ "include on Fedora", "account include other\n" OURS, PASSWORD, LINE_ENDED,
	  "pam_localuser.so" },
	{ "@include of the same", "@include other\n" OURS, PASSWORD, LINE_ENDED,
	  "pam_localuser.so" },
	{ "sufficient before it", "account sufficient pam_unix.so\n" OURS, "", LINE_ENDED,
	  "pam_unix.so" },
	{ "done before it", "account [success=done default=bad] pam_unix.so\n" OURS, "",
	  LINE_ENDED, "pam_unix.so" },
	{ "done of another type", "auth sufficient pam_unix.so\n" OURS, "", LINE_FINE,
	  NULL },
	{ "done of other users", "account sufficient pam_succeed_if.so uid < 9\n" OURS,
	  "", LINE_FINE, NULL },
	{ "done by default", "account [default=done] pam_unix.so\n" OURS, "", LINE_ENDED,
	  "pam_unix.so" },
	{ "before the include", OURS "@include other\n", COMMON, LINE_EARLY,
	  "pam_deny.so" },
	{ "before a requisite line", OURS "account requisite pam_unix.so\n", "",
	  LINE_EARLY, "pam_unix.so" },
	{ "before an optional one", OURS "account optional pam_warn.so\n", "", LINE_FINE,
	  NULL },
	{ "before a bracketed one that may refuse",
	  OURS "account [success=ok default=bad] pam_unix.so\n", "", LINE_EARLY,
	  "pam_unix.so" },
	{ "jumped over", UNIX OURS, "", LINE_JUMPED, "pam_unix.so" },
	{ "jumped over by two",
	  "account [success=2 default=ignore] pam_unix.so\naccount requisite "
	  "pam_deny.so\n" OURS,
	  "", LINE_JUMPED, "pam_unix.so" },
	{ "jumped onto",
	  "account [success=1 default=ignore] pam_unix.so\naccount requisite "
	  "pam_deny.so\n" OURS,
	  "", LINE_FINE, NULL },
	{ "a jump over a substack counts it once",
	  "account [success=2 default=ignore] pam_unix.so\naccount substack other\n" OURS,
	  "account required a.so\naccount required b.so\n", LINE_JUMPED, "pam_unix.so" },
	{ "a jump onto us over a substack",
	  "account [success=1 default=ignore] pam_unix.so\naccount substack other\n" OURS,
	  "account required a.so\naccount required b.so\n", LINE_FINE, NULL },
	{ "some users only, as the guide says",
	  "@include other\naccount [success=ignore default=1] pam_succeed_if.so user "
	  "ingroup "
	  "x\n" OURS,
	  COMMON, LINE_FINE, NULL },
	{ "all but some, as the guide says",
	  "@include other\naccount [success=1 default=ignore] pam_succeed_if.so user in "
	  "x\n" OURS,
	  COMMON, LINE_FINE, NULL },
	{ "an auth line behind requisite",
	  "auth requisite pam_unix.so\nauth optional pam_sap.so\n", "", LINE_FINE, NULL },
	{ "an auth line behind required",
	  "auth required pam_unix.so\nauth optional pam_sap.so\n", "", LINE_IN_CHAIN,
	  "pam_unix.so" },
	{ "an auth line on Debian", "@include other\nauth optional pam_sap.so\n", AUTH,
	  LINE_FINE, NULL },
	{ "an auth line behind what asks for no password",
	  "auth required pam_env.so\nauth requisite pam_unix.so\nauth optional "
	  "pam_sap.so\n",
	  "", LINE_FINE, NULL },
	{ "a session line",
	  "session required pam_limits.so\nsession optional pam_sap.so\n", "", LINE_FINE,
	  NULL },
	{ "in a substack that ends behind it", "account substack other\n",
	  OURS "account sufficient pam_unix.so\n", LINE_FINE, NULL },
	{ "in a substack, behind what ends all",
	  "account sufficient pam_unix.so\naccount substack other\n", OURS, LINE_ENDED,
	  "pam_unix.so" },
	{ "by a path", "@include other\naccount optional /lib/security/pam_sap.so\n",
	  COMMON, LINE_FINE, NULL },
};

static void write_file(const struct scratch *scratch, const char *name, const char *text)
{
	char path[SCRATCH_PATH];

	scratch_write(scratch_path(scratch, name, path), text, strlen(text));
}

static size_t ours_in(const struct pam_stack *stack)
{
	size_t i = 0;

	while (i < stack->count && !pam_entry_is_ours(&stack->entry[i]))
		i++;
	return i;
}

static void lines_are_judged(void **state)
{
	const struct scratch *scratch = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		cleanup_pam_stack struct pam_stack stack = { 0 };
		const struct pam_entry *by = NULL;
		const char *label = cases[i].label;

		write_file(scratch, "pop3", cases[i].service);
		write_file(scratch, "other", cases[i].other);
		check_int(label, pam_stack_read(scratch->path, "pop3", &stack), 0);
		const size_t ours = ours_in(&stack);
		check_true(label, ours < stack.count);
		check_int(label, pam_order_judge(&stack, ours, &by), cases[i].want);
		check_text(label, by ? pam_entry_module(by) : NULL, cases[i].by);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { IN_SCRATCH(lines_are_judged) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
