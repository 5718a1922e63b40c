# SPDX-License-Identifier: BSD-2-Clause
"""sapdb setup for the mail servers, by the texts of their files and what is run.

Each comes out again to the byte, however an administrator may have folded it.
"""

import os
import subprocess
import unittest

from cli.setup_place import APART, PROGRAMS, WRITE_DOWN, SetupPlace

CHECK = "check_client_access lmdb:/var/lib/pam_sap/map/relay"
SAID = CHECK.replace("client", "sender")
TABLE = "/var/lib/pam_sap/map/relay.db"
DEFAULT = "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, "
ON = ["systemctl enable --now pam_sap-expire.timer pam_sap-commit.path",
      "systemctl enable pam_sap-expire.service", "systemctl start pam_sap-expire.service"]
OFF = ["systemctl stop pam_sap-expire.timer pam_sap-commit.path pam_sap-expire.service "
       "pam_sap-commit.service",
       "systemctl disable pam_sap-expire.timer pam_sap-commit.path pam_sap-expire.service"]
RELOAD = ["systemctl reload-or-restart postfix.service"]
RESTART = ["update-exim4.conf ", "systemctl restart exim4.service"]
CF = {"mail/sendmail.cf": "V10\nKaccess hash -T<TMPF> -o /etc/mail/access\n",
      "mail/access.db": ""}

# label, part, file, its text before, after; what is run
ROWS = (
    ("sendmail, as Debian has it", "sendmail", "mail/sendmail.cf", CF["mail/sendmail.cf"],
     CF["mail/sendmail.cf"], []),
    ("Postfix, one line", "postfix", "postfix/main.cf",
     "a = b\nsmtpd_relay_restrictions = permit_mynetworks defer_unauth_destination\nc = d\n",
     f"a = b\nsmtpd_relay_restrictions = permit_mynetworks {CHECK} defer_unauth_destination\n"
     "c = d\n", RELOAD),
    ("Postfix, commas and no newline", "postfix", "postfix/main.cf",
     "smtpd_relay_restrictions=permit_mynetworks,reject_unauth_destination,permit",
     f"smtpd_relay_restrictions=permit_mynetworks,{CHECK} reject_unauth_destination,permit",
     RELOAD),
    ("Postfix, refused twice", "postfix", "postfix/main.cf",
     "smtpd_relay_restrictions = defer_unauth_destination, reject_unauth_destination\n",
     f"smtpd_relay_restrictions = {CHECK} defer_unauth_destination, "
     "reject_unauth_destination\n", RELOAD),
    ("Postfix, folded, with comments", "postfix", "postfix/main.cf",
     "smtpd_relay_restrictions =\n# reject_unauth_destination\n\tpermit_mynetworks,\n"
     "\treject_unauth_destination\n# end\n",
     "smtpd_relay_restrictions =\n# reject_unauth_destination\n\tpermit_mynetworks,\n"
     f"\t{CHECK} reject_unauth_destination\n# end\n", RELOAD),
    ("Postfix, only for recipients", "postfix", "postfix/main.cf",
     "smtpd_relay_restrictions =\n"
     "smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination\n",
     "smtpd_relay_restrictions =\n"
     f"smtpd_recipient_restrictions = permit_mynetworks, {CHECK} reject_unauth_destination\n",
     RELOAD),
    ("Postfix, refused in both lists", "postfix", "postfix/main.cf",
     "smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\n"
     "smtpd_recipient_restrictions = permit_mynetworks,\n  permit_auth_destination, reject\n",
     f"smtpd_relay_restrictions = permit_mynetworks, {CHECK} reject_unauth_destination\n"
     "smtpd_recipient_restrictions = permit_mynetworks,\n"
     f"  permit_auth_destination, {CHECK} reject\n", RELOAD),
    ("Postfix, for recipients and by default", "postfix", "postfix/main.cf",
     "smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination\n",
     f"smtpd_recipient_restrictions = permit_mynetworks, {CHECK} reject_unauth_destination\n"
     f"# sapdb setup, not there before:\n{DEFAULT}{CHECK} defer_unauth_destination\n", RELOAD),
    ("Postfix, the table asked about the sender", "postfix", "postfix/main.cf",
     f"smtpd_relay_restrictions = {SAID}, reject_unauth_destination\n",
     f"smtpd_relay_restrictions = {SAID}, {CHECK} reject_unauth_destination\n", RELOAD),
    ("Postfix, by default", "postfix", "postfix/main.cf", "a = b\n",
     f"a = b\n# sapdb setup, not there before:\n{DEFAULT}{CHECK} defer_unauth_destination\n",
     RELOAD),
    ("Exim, no file", "exim", "exim4/exim4.conf.localmacros", None,
     "# sapdb setup made this file\n"
     f"MAIN_RELAY_NETS = 127.0.0.1 : ::::1 : net-dbmnz;{TABLE}\n", RESTART),
    ("Exim, other macros", "exim", "exim4/exim4.conf.localmacros", "X = 1\n",
     "X = 1\n# sapdb setup, not there before:\n"
     f"MAIN_RELAY_NETS = 127.0.0.1 : ::::1 : net-dbmnz;{TABLE}\n", RESTART),
)
# What else has to be there.
BESIDE = {"sendmail": CF, "postfix": {},
          "exim": {"exim4/update-exim4.conf.conf":
                   "dc_relay_nets=''\ndc_use_split_config='false'\n"}}

# label, part, file, written by hand as the guide says, what stays of it
BY_HAND = (
    ("Postfix, a line of its own", "postfix", "postfix/main.cf",
     f"smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated\n    {CHECK}\n"
     "    defer_unauth_destination\n",
     "smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated\n"
     "    defer_unauth_destination\n"),
    ("Postfix, with a comma", "postfix", "postfix/main.cf",
     f"smtpd_relay_restrictions = permit_mynetworks, {CHECK}, reject_unauth_destination\n",
     "smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\n"),
    ("Postfix, in both lists", "postfix", "postfix/main.cf",
     f"smtpd_relay_restrictions = {CHECK} reject_unauth_destination\n"
     f"smtpd_recipient_restrictions = {CHECK} reject\n",
     "smtpd_relay_restrictions = reject_unauth_destination\n"
     "smtpd_recipient_restrictions = reject\n"),
    ("Exim, the guide's line", "exim", "exim4/exim4.conf.localmacros",
     f"X = 1\nMAIN_RELAY_NETS = 127.0.0.1 : ::::1 : net-dbmnz;{TABLE}\n", "X = 1\n"),
    ("Exim, a list of one's own", "exim", "exim4/exim4.conf.localmacros",
     f"MAIN_RELAY_NETS = 127.0.0.1 : 192.0.2.0/29 : net-dbmnz;{TABLE}\n",
     "MAIN_RELAY_NETS = 127.0.0.1 : 192.0.2.0/29\n"),
)

# label, part, files, programs that are changed, a part of the complaint
REFUSED = (
    ("no Postfix", "postfix", {}, {"postconf": None}, "apt install postfix"),
    ("a Postfix without LMDB", "postfix", {}, {"postconf": "echo hash\n"},
     "apt install postfix-lmdb"),
    ("nobody is refused there", "postfix",
     {"postfix/main.cf": "smtpd_relay_restrictions = permit\n"}, {}, CHECK),
    ("an Exim without Berkeley DB", "exim", BESIDE["exim"], {"exim4": "echo dbmnz\n"},
     "cannot be served"),
    ("an Exim that is not Debian's", "exim", {}, {}, "docs/guide/exim.md"),
    ("a list without our table", "exim", BESIDE["exim"] | {
        "exim4/exim4.conf.localmacros": "MAIN_RELAY_NETS = 127.0.0.1\n"}, {},
     f"' : net-dbmnz;{TABLE}'"),
    ("a masked unit", "postfix", {"postfix/main.cf": ""},
     {"systemctl": "echo masked\n"}, "systemctl unmask"),
    ("no systemd", "sendmail", CF, {"systemctl": None}, "/etc/cron.d/pam_sap"),
)


@unittest.skipUnless(os.geteuid() == 0, "skipped: mounts of one's own need root")
class Servers(unittest.TestCase):
    def place(self, files: dict[str, str],
              programs: dict[str, str | None] | None = None) -> SetupPlace:
        chosen = {name: text for name, text in (PROGRAMS | (programs or {})).items()
                  if text is not None}
        place = SetupPlace(files, chosen)
        self.addCleanup(place.close)
        return place

    def done(self, done, code: int = 0) -> None:
        self.assertEqual((done.returncode, done.stderr), (code, ""), done)

    def test_in_and_out(self):
        for label, part, name, before, after, run in ROWS:
            with self.subTest(label):
                files = BESIDE[part] | ({name: before} if before is not None else {})
                place = self.place(files)
                conf = place.conf.read_text()
                self.done(place.setup(part), 1)
                self.assertEqual((place.texts(), place.commands()), (files, []))
                self.done(place.setup("--apply", part))
                self.assertEqual(place.texts()[name], after)
                self.assertEqual(place.commands(), ON + run)
                added = "" if part == "sendmail" else f"mta = {part}\n"
                self.assertEqual(place.conf.read_text(), conf + added)
                self.done(place.setup("--apply", part))
                self.assertEqual(place.commands(), [], "nothing to do")
                self.done(place.setup("--remove", part))
                self.assertEqual((place.texts(), place.conf.read_text()), (files, conf))
                self.assertEqual(place.commands(), run + OFF)
                self.done(place.setup("--remove"))
                self.assertEqual(place.commands(), [], "nothing to do")

    def test_the_table_is_there_before_the_server_hears_of_it(self):
        place = self.place({"postfix/main.cf": "a = b\n"})
        told = place.setup("--apply", "postfix").stdout.splitlines()
        expire, main = (next(n for n, line in enumerate(told) if word in line)
                        for word in (" expire", "main.cf"))
        self.assertLess(expire, main)
        self.assertTrue((place.root / "var/lib/pam_sap/map/relay.lmdb").exists())

    def test_nothing_is_opened_behind_the_end_of_the_leases(self):
        """A run that is under way when it is stopped says that logins may open the relay."""
        stopped = PROGRAMS["systemctl"].replace(
            "*) ", "stop) : >/var/lib/pam_sap/expired; " + WRITE_DOWN + ";;\n*) ")
        place = self.place({"postfix/main.cf": "a = b\n"}, {"systemctl": stopped})
        self.done(place.setup("-a", "postfix"))
        told = place.setup("-r", "postfix")
        self.done(told)
        words = (" revoke --all", "systemctl stop", "rm -f", " revoke --all", "systemctl disable")
        ran = [line for line in told.stdout.splitlines() if any(word in line for word in words)]
        self.assertEqual(len(ran), len(words), ran)
        for word, line in zip(words, ran):
            self.assertIn(word, line)
        self.assertEqual(place.commands()[-2:], OFF)
        self.assertFalse((place.root / "var/lib/pam_sap/expired").exists())

    def test_what_cannot_be_closed_keeps_its_units(self):
        place = self.place({"postfix/main.cf": "a = b\n"})
        self.done(place.setup("-a", "postfix"))
        place.commands()
        grant = subprocess.run(
            [*APART, str(place.root), str(place.sapdb_path), "-c", str(place.conf), "grant",
             "192.0.2.77"], env=os.environ | {"WITHOUT": ""}, check=False, capture_output=True)
        self.assertEqual(grant.returncode, 0, grant)
        (place.root / "var/lib/pam_sap/map/relay.lmdb").write_bytes(b"\xff" * 12288)
        failed = place.setup("-r", "postfix")
        self.assertEqual((failed.returncode, failed.stderr.count("\n")), (3, 1), failed)
        self.assertIn("revoke --all' failed", failed.stderr)
        self.assertEqual(place.commands(), RELOAD)
        self.assertTrue((place.root / "var/lib/pam_sap/expired").exists())

    def test_by_hand(self):
        for label, part, name, text, left in BY_HAND:
            with self.subTest(label):
                place = self.place(BESIDE[part] | {name: text})
                place.conf.write_text(place.conf.read_text() + f"mta = {part}\n")
                self.done(place.setup("-a", part))
                self.assertEqual(place.texts()[name], text, "it is there already")
                self.done(place.setup("-r", part))
                self.assertEqual(place.texts()[name], left)

    def test_refused(self):
        for label, part, files, programs, says in REFUSED:
            with self.subTest(label):
                place = self.place(files, programs)
                if label == "no systemd":
                    place.without = "/usr/bin/systemctl"
                done = place.setup("--apply", part)
                self.assertEqual((done.returncode, done.stderr.count("\n")), (3, 1), done)
                self.assertIn(says, done.stderr)
                self.assertEqual((place.texts(), place.commands()), (files, []))

    def test_settings_for_another_server(self):
        for line, says in (("mta = exim", "sapdb setup --remove exim"),
                           ("map = hash:/etc/mail/access.db", "take the line out")):
            with self.subTest(line):
                place = self.place({"postfix/main.cf": "a = b\n"})
                place.conf.write_text(place.conf.read_text() + line + "\n")
                done = place.setup("-a", "postfix")
                self.assertEqual((done.returncode, done.stderr.count("\n")), (3, 1), done)
                self.assertIn(says, done.stderr)

    def test_networks_of_debconf(self):
        """Debian parts them by semicolons; between colons those of IPv6 are doubled."""
        place = self.place({"exim4/update-exim4.conf.conf": "dc_use_split_config='true'\n"
                            "dc_relay_nets='192.0.2.0/29 ; 2001:DB8::/32'\n",
                            "exim4/conf.d/main/01_other": ""})
        self.done(place.setup("-a", "exim"))
        self.assertIn("= 127.0.0.1 : ::::1 : 192.0.2.0/29 : 2001::db8::::/32 : net-dbmnz;",
                      place.texts()["exim4/conf.d/main/000_localmacros"])

    def test_what_belongs_to_no_file_yet_is_the_next_runs(self):
        failing = PROGRAMS["systemctl"].replace("*) ", "start) exit 1 ;;\n*) ")
        place = self.place(BESIDE["exim"], {"systemctl": failing})
        done = place.setup("-a", "exim")
        self.assertEqual(done.returncode, 3, done)
        self.assertIn("then 'systemctl start pam_sap-expire.service", done.stderr)
        self.assertNotIn("update-exim4.conf", done.stderr)
        self.assertNotIn("exim4/exim4.conf.localmacros", place.texts())

    def test_a_command_that_fails(self):
        """What has to be run is said; what comes after it the next run does."""
        place = self.place(BESIDE["exim"] | {"pam.d/popa3d": "@include common-account\n"},
                           {"update-exim4.conf": "echo no >&2; exit 7\n"})
        done = place.setup("-a", "exim", "popa3d")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (3, 1), done)
        self.assertIn("'update-exim4.conf' failed (7): no; mend that, then "
                      "'update-exim4.conf && systemctl restart exim4.service'", done.stderr)
        again = place.setup("exim", "popa3d")
        self.assertEqual(again.returncode, 1, again)
        self.assertIn("+++ b/etc/pam.d/popa3d", again.stdout)


if __name__ == "__main__":
    unittest.main()
