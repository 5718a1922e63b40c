# SPDX-License-Identifier: BSD-2-Clause
"""sapdb setup, on an /etc of the test's own: what is put in comes out to the byte.

The mail servers are in test_setup_servers, and on booted hosts (mailhost/test_setup).
"""

import json
import os
import subprocess
import unittest
from pathlib import Path

from cli.place import NOBODY, unprivileged
from cli.setup_place import SetupPlace

LINE = "-account optional pam_sap.so"
COMMON = "@include common-auth\n@include common-account\n"
IMAPD = "# Cyrus\nsasl_pwcheck_method: auxprop\nallowplaintext: yes"  # no newline
SASLAUTHD = 'START=no\nMECHANISMS="pam"\nOPTIONS="-c -m /var/run/saslauthd"\n'

# label, parts, files before, what stands in them after
DAEMONS = (
    ("dovecot", "dovecot", {"pam.d/dovecot": f"#%PAM-1.0\n\n{COMMON}@include common-session\n"},
     {"pam.d/dovecot": f"#%PAM-1.0\n\n{COMMON}{LINE}\n@include common-session\n"}),
    ("no newline at its end", "popa3d", {"pam.d/popa3d": COMMON.rstrip("\n")},
     {"pam.d/popa3d": COMMON + LINE}),
    ("solid-pop3d", "solid-pop3d", {"pam.d/solid-pop3d": COMMON},
     {"pam.d/solid-pop3d": f"{COMMON}{LINE}\n"}),
    ("courier", "courier", {"courier/authdaemonrc": 'authmodulelist="authuserdb authpam"\n',
                            "pam.d/pop3": COMMON, "pam.d/imap": COMMON},
     {"pam.d/pop3": f"{COMMON}{LINE}\n", "pam.d/imap": f"{COMMON}{LINE}\n"}),
    ("cyrus", "cyrus", {"pam.d/pop": COMMON, "pam.d/imap": COMMON, "imapd.conf": IMAPD,
                        "default/saslauthd": SASLAUTHD},
     {"pam.d/imap": f"{COMMON}{LINE} peer=rhost,stdin,unix\n",
      "default/saslauthd": "# sapdb setup, was: START=no\nSTART=yes\nMECHANISMS=\"pam\"\n"
                           '# sapdb setup, was: OPTIONS="-c -m /var/run/saslauthd"\n'
                           'OPTIONS="-m /var/run/saslauthd"\n',
      "imapd.conf": "# sapdb setup, not there before:\nsasl_mech_list: PLAIN LOGIN\n# Cyrus\n"
                    "# sapdb setup, was: sasl_pwcheck_method: auxprop\n"
                    "sasl_pwcheck_method: saslauthd\nallowplaintext: yes"}),
    ("two daemons with one file", "courier popa3d",
     {"courier/authdaemonrc": 'authmodulelist="authpam"\n', "pam.d/pop3": COMMON,
      "pam.d/popa3d": COMMON}, {"pam.d/pop3": f"{COMMON}{LINE}\n"}),
)

# label, parts, files, the part of the complaint that names the cure
REFUSED = (
    ("not installed", "dovecot", {}, "apt install dovecot-pop3d"),
    ("no account line", "dovecot", {"pam.d/dovecot": "@include common-auth\n"},
     "'@include common-account'"),
    ("an include of accounts", "dovecot",
     {"pam.d/dovecot": "account include password-auth\n"}, "account substack password-auth"),
    ("a line that ends the stack", "dovecot",
     {"pam.d/dovecot": "account sufficient pam_unix.so\n"}, "account substack FILE"),
    ("Courier without PAM", "courier", {"courier/authdaemonrc": 'authmodulelist="authldap"\n',
                                        "pam.d/pop3": COMMON}, 'authmodulelist="authpam"'),
    ("saslauthd without PAM", "cyrus", {"pam.d/pop": COMMON, "imapd.conf": IMAPD,
                                        "default/saslauthd": 'MECHANISMS="shadow"\n'},
     'MECHANISMS="pam"'),
    ("a folder in its place", "popa3d", {"pam.d/popa3d/x": ""}, "no file"),
    ("not a text", "popa3d", {"pam.d/popa3d": "\0"}, "as a text"),
    ("no sendmail", "sendmail", {}, "apt install sendmail"),
    ("a sendmail without the table", "sendmail", {"mail/sendmail.cf": "Kother hash x\n"},
     "FEATURE(`access_db')dnl"),
    ("the second of two is missing", "dovecot popa3d", {"pam.d/dovecot": COMMON},
     "apt install popa3d"),
)

# label, words, what is said
MISUSED = (
    ("no part", (), "name the mail server"),
    ("an unknown one", ("qmail",), "no part 'qmail'"),
    ("two mail servers", ("sendmail", "exim"), "one mail server at a time"),
    ("both ways", ("-a", "-r", "dovecot"), "opposites"),
    ("an unknown option", ("--force", "dovecot"), "--force"),
)


def has_attributes(path: Path) -> bool:
    """Gives it one; not every filesystem has them."""
    try:
        os.setxattr(path, "user.kept", b"value")
    except OSError:
        return False
    return True


@unittest.skipUnless(os.geteuid() == 0, "skipped: mounts of one's own need root")
class Setup(unittest.TestCase):
    def etc(self, files: dict[str, str]) -> SetupPlace:
        place = SetupPlace(files)
        self.addCleanup(place.close)
        return place

    def done(self, done: subprocess.CompletedProcess, code: int = 0, says: str = "") -> None:
        self.assertEqual((done.returncode, done.stderr), (code, ""), done)
        self.assertIn(says, done.stdout)

    def test_daemons(self):
        for label, parts, before, after in DAEMONS:
            with self.subTest(label):
                place, words = self.etc(before), parts.split()
                shown = place.setup(*words)
                self.done(shown, 1, "+" + LINE)
                self.assertEqual(place.texts(), before, "it was only shown")
                self.done(place.setup("--apply", *words), 0, "wrote /etc/pam.d/")
                self.assertEqual({name: place.texts()[name] for name in after}, after)
                self.assertEqual(sorted(place.texts()), sorted(before))
                for again in ((), ("--apply",)):
                    self.done(place.setup(*again, *words), 0, "nothing to do")
                self.done(place.setup("-r", "-n", *words), 1, "-" + LINE)
                self.assertEqual({name: place.texts()[name] for name in after}, after)
                self.done(place.setup("--remove", *words), 0, "wrote /etc/pam.d/")
                self.assertEqual(place.texts(), before)
                self.done(place.setup("--remove", *words), 0, "nothing to do")

    def test_the_diff_is_one_for_patch(self):
        _label, part, before, after = DAEMONS[0]
        place = self.etc(before)
        diff = place.setup(part).stdout
        subprocess.run(["patch", "-s", "-p2", "-d", place.root / "etc"], input=diff, text=True,
                       check=True)
        self.assertEqual(place.texts(), after)

    def test_refused(self):
        for label, parts, files, cure in REFUSED:
            for how in ((), ("--apply",)):
                with self.subTest(label, how=how):
                    place = self.etc(files)
                    done = place.setup(*how, *parts.split())
                    self.assertEqual((done.returncode, done.stderr.count("\n"), done.stdout),
                                     (3, 1, ""), done)
                    self.assertIn(cure, done.stderr)
                    self.assertEqual(place.texts(), files, "nothing half done")

    def test_misused(self):
        for label, words, says in MISUSED:
            with self.subTest(label):
                done = self.etc({}).setup(*words)
                self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done)
                self.assertIn(says, done.stderr)

    def test_owner_mode_attributes_and_links_stay(self):
        place = self.etc({"pam.d/real": COMMON})
        real, link = place.root / "etc/pam.d/real", place.root / "etc/pam.d/dovecot"
        link.symlink_to("real")
        os.chown(real, NOBODY, 7)
        real.chmod(0o640)
        kept = has_attributes(real)
        for how in ("--apply", "--remove"):
            with self.subTest(how):
                inode = real.stat().st_ino
                self.done(place.setup(how, "dovecot"), 0, "wrote /etc/pam.d/dovecot")
                is_now = real.stat()
                self.assertNotEqual(is_now.st_ino, inode, "it was replaced as a whole")
                self.assertEqual((is_now.st_uid, is_now.st_gid, is_now.st_mode & 0o7777),
                                 (NOBODY, 7, 0o640))
                if kept:
                    self.assertEqual(os.getxattr(real, "user.kept"), b"value")
                self.assertTrue(link.is_symlink())
                self.assertEqual(sorted(os.listdir(real.parent)), ["dovecot", "real"])

    def test_all_or_nothing(self):
        """The second file cannot be written: the first stays as it was."""
        files = {"pam.d/dovecot": COMMON, "courier/authdaemonrc": 'authmodulelist="authpam"\n',
                 "pam.d/pop3": COMMON}
        place = self.etc(files)
        blocker = place.root / "etc/pam.d/.pop3.sapdb-setup"
        blocker.mkdir()
        done = place.setup("--apply", "dovecot", "courier")
        self.assertEqual(done.returncode, 3, done)
        self.assertIn("/etc/pam.d/pop3", done.stderr)
        self.assertEqual(place.texts(), files)
        blocker.rmdir()
        blocker.write_text("what a killed run left")
        self.done(place.setup("--apply", "dovecot", "courier"), 0)
        self.assertFalse(blocker.exists())

    def test_by_hand_in_any_spelling(self):
        """Lines of the guide; the administrator's others stay."""
        way_2 = COMMON + "session  optional  pam_sap.so\n"
        place = self.etc({"pam.d/dovecot": f"{COMMON}account  optional  pam_sap.so\nsession x y\n",
                          "pam.d/pop3": way_2, "pam.d/imap": way_2, "pam.d/sieve": way_2})
        self.done(place.setup("--remove", "dovecot"), 0)
        self.assertEqual(place.texts(), {"pam.d/dovecot": f"{COMMON}session x y\n",
                                             "pam.d/pop3": COMMON, "pam.d/imap": COMMON,
                                             "pam.d/sieve": way_2})

    def test_json(self):
        place = self.etc({"pam.d/popa3d": COMMON})
        shown = place.setup("-j", "popa3d")
        self.assertEqual(shown.returncode, 1)
        objects = [json.loads(line) for line in shown.stdout.splitlines()]
        self.assertEqual([set(each) for each in objects], [{"file", "change", "diff"}])
        self.assertEqual((objects[0]["file"], objects[0]["change"]),
                         ("/etc/pam.d/popa3d", "edit"))
        done = place.setup("-j", "--apply", "popa3d")
        self.assertEqual([json.loads(line) for line in done.stdout.splitlines()],
                         [{"file": "/etc/pam.d/popa3d", "done": True}])
        self.assertEqual(place.setup("-j", "popa3d").stdout, "")

    def test_no_terminal_obeys_what_a_file_says(self):
        place = self.etc({"pam.d/popa3d": COMMON + "# \x1b[2J\n"})
        shown = place.setup("popa3d")
        self.assertNotIn("\x1b", shown.stdout)
        self.assertIn("\\x1B[2J", shown.stdout)

    def test_bytes_that_are_no_text(self):
        for label, data, printed, in_json in (
                ("C1", b"\x9b2J", "# \\x9B2J\n", "# \\x9B2J\n"),
                ("C1 in UTF-8", "\x9b2J".encode(), "# \\xC2\\x9B2J\n", "# \x9b2J\n"),
                ("UTF-8", "für".encode(), "# f\\xC3\\xBCr\n", "# für\n"),
                ("a backslash", b"\\", "# \\\n", "# \\\n")):
            with self.subTest(label):
                place = self.etc({"pam.d/popa3d": COMMON})
                with open(place.root / "etc/pam.d/popa3d", "ab") as file:
                    file.write(b"# " + data + b"\n")
                self.done(place.setup("popa3d"), 1, printed)
                shown = place.setup("-j", "popa3d")
                self.done(shown, 1)
                self.assertIn(in_json, json.loads(shown.stdout)["diff"])
                self.assertTrue(shown.stdout.isascii())

    def test_by_another_user(self):
        uid = unprivileged()
        if uid is None:
            self.skipTest("skipped: there is no other user here")
        place = self.etc({"pam.d/popa3d": COMMON})
        become = ("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups")
        self.done(place.setup("popa3d", before=become), 1, "+" + LINE)
        for how in ("--apply", "--remove"):
            done = place.setup(how, "popa3d", before=become)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (3, 1), done)
            self.assertIn("only root", done.stderr)


if __name__ == "__main__":
    unittest.main()
