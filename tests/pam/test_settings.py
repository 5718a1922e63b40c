# SPDX-License-Identifier: BSD-2-Clause
"""Mistakes in the settings: the login passes, nothing is opened, one line says it all.

The line names the file, the number of the line and what is allowed; for an argument,
the argument.
"""

import os
import unittest
from pathlib import Path

from cli import table
from pam import daemon
from pam.daemon import SUCCESS, Daemon

# A line of the file, and what the log says behind "FILE line NUMBER: ".
LINES = (
    ("unknown name", "lifetyme = 15min", "there is no setting 'lifetyme'"),
    ("no value", "lifetime", "expected name = value"),
    ("too short", "lifetime = 59s", "lifetime = '59s': must be a time from 1min to 24h"),
    ("too long", "lifetime = 25h", "must be a time from 1min to 24h"),
    ("no unit", "lifetime = 15", "must be a time from 1min to 24h"),
    ("negative", "lifetime = -15min", "must be a time from 1min to 24h"),
    ("rubbish behind", "lifetime = 15min3", "must be a time from 1min to 24h"),
    ("empty", "lifetime =", "lifetime = '': must be a time"),
    ("wait", "wait = 11s", "wait = '11s': must be a time from 0 to 10s"),
    ("expiry_watch", "expiry_watch = 1min", "must be 0 (do not look) or a time from 2min"),
    ("a port of 0", "ports = 0", "must be 1 to 15 port numbers from 1 to 65535"),
    ("a port of 65536", "ports = 110 65536", "1 to 65535"),
    ("16 ports", "ports = " + " ".join(map(str, range(1, 17))), "1 to 15 port numbers"),
    ("a port by name", "ports = pop3", "1 to 65535"),
    ("bits behind the prefix", "never = 192.0.2.7/24", "must be networks such as"),
    ("no network", "only = example.org", "must be networks such as"),
    ("prefix", "ipv6_prefix = 56", "must be 128 or 64"),
    ("switch", "refuse_own = maybe", "must be yes or no"),
    ("another switch", "debug = 1", "must be yes or no"),
    ("on_error", "on_error = panic", "must be ignore or fail"),
    ("mta", "mta = qmail", "must be sendmail, postfix or exim"),
    ("map type", "map = dbm:/etc/x.db", "must be hash:"),
    ("a relative map", "map = access.db", "the absolute path of the table"),
    ("a relative folder", "state_dir = leases", "must be an absolute path"),
    ("peer", "peer = dns", "must be one or more of rhost, stdin, fds and unix"),
    ("key_tag", "key_tag = Connect:", "must be empty or a lower-case tag"),
    ("max_leases", "max_leases = 0", "must be a number from 1 to 10000000"),
    ("control characters", "lifetime = \x1b[2J", r"lifetime = '\x1b[2J': must be"),
)

# An argument, and a part of what the log says.
ARGUMENTS = (
    ("unknown name", "lifetyme=1h", "there is no setting 'lifetyme'"),
    ("may not be one", "lifetime=1h", "'lifetime' may not be a module argument"),
    ("map may not be one", "map=hash:/tmp/x.db", "'map' may not be a module argument"),
    ("state_dir may not", "state_dir=/tmp", "'state_dir' may not be a module argument"),
    ("backend_dir may not", "backend_dir=/tmp", "'backend_dir' may not be a module argument"),
    ("run_dir may not", "run_dir=/tmp", "'run_dir' may not be a module argument"),
    ("expiry_watch may not", "expiry_watch=0", "may not be a module argument"),
    ("out of bounds", "wait=11s", "wait = '11s': must be a time from 0 to 10s"),
    ("a switch's value", "debug=on", "debug = 'on': must be yes or no"),
    ("empty", "ports=", "must be 1 to 15 port numbers"),
    ("no name", "=x", "there is no setting ''"),
)


class Settings(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, {})
        self.place.ready()

    def write(self, text: str) -> int:
        """The place's settings and this line; returns the number of the line."""
        self.place.configure()
        before = self.place.conf.read_text(encoding="ascii")
        self.place.conf.write_text(before + text + "\n", encoding="utf-8")
        return before.count("\n") + 1

    def log_in(self) -> daemon.Said:
        said = self.daemon.run("start", "rhost=" + daemon.CLIENT, "open", "end")
        self.assertEqual(said.values, [SUCCESS] * 4)
        return said

    def expect_refusal(self, want: str, said: daemon.Said):
        self.assertEqual(self.place.where(daemon.CLIENT), "")
        self.assertEqual([line.level for line in said.log], [daemon.ERROR], said.log)
        self.assertIn(want, said.log[0].text)
        self.assertIn("(imap:session): nothing is opened: ", said.log[0].text)
        self.assertRegex(said.log[0].text, r"\A[ -~]*\Z")

    def test_lines_of_the_file(self):
        for label, line, want in LINES:
            with self.subTest(label):
                number = self.write(line)
                said = self.log_in()
                self.expect_refusal(want, said)
                self.assertIn(f"{self.place.conf} line {number}: ", said.log[0].text)

    def test_arguments(self):
        for label, argument, want in ARGUMENTS:
            with self.subTest(label):
                self.daemon.write_service("imap", f"session optional OURS {argument}")
                self.expect_refusal(want, self.log_in())

    def test_files_that_are_not_trusted(self):
        spoil = {
            "group-writable": lambda conf: conf.chmod(0o664),
            "writable by all": lambda conf: conf.chmod(0o646),
            "a folder": lambda conf: (conf.unlink(), conf.mkdir()),
            "not there": lambda conf: conf.unlink(),
            "a FIFO": lambda conf: (conf.unlink(), os.mkfifo(conf), self.place.own(conf)),
            "of 64 KiB": lambda conf: conf.write_text("#" * 65536),
            "with a NUL": lambda conf: conf.write_bytes(b"debug = no\n\0"),
        }
        for label, how in spoil.items():
            with self.subTest(label):
                case = Daemon()
                self.addCleanup(case.close)
                how(case.place.conf)
                said = case.run(*daemon.opening())
                self.assertEqual(set(said.values), {SUCCESS})
                self.assertEqual([line.level for line in said.log], [daemon.ERROR])
                self.assertIn(str(case.place.conf), said.log[0].text)

    @unittest.skipUnless(os.geteuid() == 0, "gives files to other users: needs root")
    def test_wrong_owner(self):
        os.chown(self.place.conf, 1, 1)
        self.expect_refusal(f"{self.place.conf} belongs to user 1; it must be root's: "
                            f"chown root {self.place.conf}", self.log_in())
        os.chown(self.place.conf, 0, 0)
        self.log_in()
        self.assertEqual(self.place.where(daemon.CLIENT), "active")

    def test_what_is_no_mistake(self):
        for label, line in (("comment", "# lifetime = 1s"), ("blank", "  \t "),
                            ("comment behind", "lifetime = 1h # one hour"),
                            ("CRLF", "lifetime = 1h\r"), ("tight", "lifetime=1h"),
                            ("two units", "lifetime = 1h 30min")):
            with self.subTest(label):
                self.write(line)
                self.assertEqual([line.level for line in self.log_in().log], [daemon.NOTICE])
                self.place.sapdb("revoke", "--all")

    def test_last_of_two_lines_counts(self):
        self.write("services = pop3\nservices = imap")
        self.log_in()
        self.assertEqual(self.place.where(daemon.CLIENT), "active")

    def test_an_argument_overrides_the_file_wherever_conf_stands(self):
        self.write("services = pop3")
        conf = self.place.conf
        for label, arguments in (("before", f"services=imap conf={conf}"),
                                 ("behind", f"conf={conf} services=imap")):
            with self.subTest(label):
                self.daemon.write_service(
                    "imap", f"session optional {self.daemon.module} {arguments}")
                self.log_in()
                self.assertEqual(self.place.where(daemon.CLIENT), "active")
                self.place.sapdb("revoke", "--all")


class Sample(unittest.TestCase):
    def test_the_default_file_is_read_without_a_mistake(self):
        source = Path(os.environ["SAP_BUILD"]) / "pam_smtpafterpop/pam_sap.conf"
        lines = source.read_text(encoding="ascii").splitlines()
        case = Daemon()
        self.addCleanup(case.close)
        table.make(case.place.map, {})
        shown = [line[1:] for line in lines if line.startswith("#") and line[1:2].isalpha()]
        self.assertGreater(len(shown), 15)
        ours = case.place.conf.read_text(encoding="ascii")
        case.place.conf.write_text("\n".join(shown) + "\n" + ours, encoding="ascii")
        case.place.ready()
        self.assertEqual([line.level for line in case.run(*daemon.opening()).log],
                         [daemon.NOTICE])


if __name__ == "__main__":
    unittest.main()
