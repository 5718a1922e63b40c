/* SPDX-License-Identifier: BSD-2-Clause */
/* Where our line goes in a service's file, and that it comes out again to the byte. */
#include "db-tool/setup/pam_line.h"

#include "base/why.h"
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OURS "-account optional pam_sap.so\n"

static char *copy(const char *text)
{
	char *made = strdup(text);

	assert_non_null(made);
	return made;
}

static const struct {
	const char *label, *text, *want;
} places[] = {
	{ "Debian's Dovecot",
	  "#%PAM-1.0\n\n@include common-auth\n@include common-account\n"
	  "@include common-session\n\n",
	  "#%PAM-1.0\n\n@include common-auth\n@include common-account\n" OURS
	  "@include common-session\n\n" },
	{ "at the end", "@include common-account\n", "@include common-account\n" OURS },
	{ "no newline at the end", "@include common-account",
	  "@include common-account\n-account optional pam_sap.so" },
	{ "behind the last account line",
	  "@include common-account\naccount required pam_nologin.so\n",
	  "@include common-account\naccount required pam_nologin.so\n" OURS },
	{ "account lines alone",
	  "auth required a.so\naccount required a.so\nsession x y\n",
	  "auth required a.so\naccount required a.so\n" OURS "session x y\n" },
	{ "upper case and a minus", "-Account required a.so\n",
	  "-Account required a.so\n" OURS },
	{ "a line in two", "account required \\\n a.so\nauth x y\n",
	  "account required \\\n a.so\n" OURS "auth x y\n" },
	{ "goes on, and there is no more", "@include common-account\n# \\\n",
	  "@include common-account\n" OURS "# \\\n" },
	{ "substack", "account substack password-auth\n",
	  "account substack password-auth\n" OURS },
	{ "a comment is no line", "@include common-account\n#account required a.so\n",
	  "@include common-account\n" OURS "#account required a.so\n" },
	{ "jumps to ours",
	  "account [success=1 default=ignore] pam_unix.so\nauth x y\naccount requisite "
	  "pam_deny.so\n",
	  "account [success=1 default=ignore] pam_unix.so\nauth x y\naccount requisite "
	  "pam_deny.so\n" OURS },
	{ "chooses users", "account sufficient pam_succeed_if.so uid < 1000 quiet\n",
	  "account sufficient pam_succeed_if.so uid < 1000 quiet\n" OURS },
	{ "sufficient for auth",
	  "auth sufficient pam_unix.so\naccount required pam_unix.so\n",
	  "auth sufficient pam_unix.so\naccount required pam_unix.so\n" OURS },
	{ "ours in a comment", "#account optional pam_sap.so\n@include common-account\n",
	  "#account optional pam_sap.so\n@include common-account\n" OURS },
};

static void goes_in_and_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		struct why why = { 0 };
		char *text = copy(places[i].text);
		check_int(places[i].label, pam_line_add(&text, "", &why), 1);
		check_text(places[i].label, text, places[i].want);
		check_int(places[i].label, pam_line_add(&text, "", &why), 0);
		check_text(places[i].label, text, places[i].want);
		check_int(places[i].label, pam_line_remove(text, NULL, &why), 1);
		check_text(places[i].label, text, places[i].text);
		check_int(places[i].label, pam_line_remove(text, NULL, &why), 0);
		free(text);
	}
}

static void arguments_stand_behind_it(void **state)
{
	char *text = copy("@include common-account\n");

	(void)state;
	check_int("", pam_line_add(&text, "peer=rhost,stdin", NULL), 1);
	check_text("", text,
		   "@include common-account\n"
		   "-account optional pam_sap.so peer=rhost,stdin\n");
	free(text);
}

static const struct {
	const char *label, *text, *want; /* `want` NULL: it is refused */
} spellings[] = {
	{ "with blanks", "a\naccount  optional  pam_sap.so\nb\n", "a\nb\n" },
	{ "session", "session optional pam_sap.so\n", "" },
	{ "auth", "auth     optional   pam_sap.so\n", "" },
	{ "a path", "account optional /lib/security/pam_sap.so\n", "" },
	{ "bracketed arguments",
	  "account optional pam_sap.so [peer=rhost stdin unix] never=192.0.2.25\n", "" },
	{ "a control in brackets", "account [default=ignore] pam_sap.so\n", "" },
	{ "in two lines", "x\naccount optional \\\n pam_sap.so\ny\n", "x\ny\n" },
	{ "a comment behind it", "account optional pam_sap.so # ours\nx\n", "x\n" },
	{ "several", "account optional pam_sap.so\nx\nauth optional pam_sap.so", "x" },
	{ "another module", "account optional pam_sap.so.old\n",
	  "account optional pam_sap.so.old\n" },
	{ "a comment", "# account optional pam_sap.so\n",
	  "# account optional pam_sap.so\n" },
	{ "a line that counts",
	  "account [success=ignore default=1] pam_succeed_if.so quiet user ingroup p\n"
	  "account optional pam_sap.so\n",
	  NULL },
	{ "one of another type",
	  "auth [success=1 default=ignore] pam_unix.so\naccount optional pam_sap.so\n",
	  "auth [success=1 default=ignore] pam_unix.so\n" },
};

static void comes_out_in_any_spelling(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(spellings); i++) {
		struct why why = { 0 };
		char *text = copy(spellings[i].text);
		const int result = pam_line_remove(text, NULL, &why);
		if (spellings[i].want)
			check_text(spellings[i].label, text, spellings[i].want);
		else
			check_int(spellings[i].label, result, -EINVAL);
		free(text);
	}
}

static void of_one_type(void **state)
{
	char *text = copy("account optional pam_sap.so\nsession optional pam_sap.so\n");

	(void)state;
	check_int("", pam_line_remove(text, "session", NULL), 1);
	check_text("", text, "account optional pam_sap.so\n");
	free(text);
}

static const struct {
	const char *label, *text, *says;
} refused[] = {
	{ "nothing", "", "no account line" },
	{ "auth alone", "@include common-auth\nauth required a.so\n", "no account line" },
	{ "an include of accounts", "account include password-auth\n",
	  "account substack password-auth" },
	{ "sufficient", "account sufficient pam_unix.so\n",
	  "'account sufficient pam_unix.so'" },
	{ "sufficient, in upper case and a path",
	  "Account Sufficient /lib/security/pam_sss.so\n", "account substack" },
	{ "sufficient, and a refusal behind it",
	  "account sufficient pam_unix.so\naccount required pam_deny.so\n",
	  "account substack" },
	{ "ends by itself", "account [success=done default=ignore] pam_unix.so\n",
	  "'account [success=done default=ignore] pam_unix.so'" },
	{ "ends by default", "account [default=die] pam_unix.so\n", "account substack" },
	{ "jumps over ours",
	  "account required a.so\naccount [success=1 default=ignore] pam_unix.so\n",
	  "account substack" },
	{ "jumps out of all bounds",
	  "account [success=99999999999999999999 default=ignore] pam_unix.so\n",
	  "account substack" },
	{ "jumps over two",
	  "account [success=2 default=ignore] pam_unix.so\naccount requisite "
	  "pam_deny.so\n",
	  "account substack" },
};

static void nowhere_to_go(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct why why = { 0 };
		char *text = copy(refused[i].text);
		check_int(refused[i].label, pam_line_add(&text, "", &why), -EINVAL);
		check_contains(refused[i].label, why.text, refused[i].says);
		check_text(refused[i].label, text, refused[i].text);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_in_and_out),
		cmocka_unit_test(arguments_stand_behind_it),
		cmocka_unit_test(comes_out_in_any_spelling),
		cmocka_unit_test(of_one_type),
		cmocka_unit_test(nowhere_to_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
