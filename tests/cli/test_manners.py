# SPDX-License-Identifier: BSD-2-Clause
"""Help, mistakes, exit status, JSON, and a full disk behind stdout."""

import json
import os
import unittest

from cli import table
from cli.place import Place

COMMANDS = ("list", "insert", "delete", "status", "grant", "revoke", "expire", "commit")
DONE, PARTLY, USAGE, UNUSABLE = range(4)

# Arguments, and what stderr says.
MISTAKES = (
    ((), "no command"),
    (("bogus",), "there is no command 'bogus'"),
    (("--bogus",), "unknown option --bogus"),
    (("--json", "-Xj", "list"), "unknown option -X"),
    (("-jX", "list"), "unknown option -X"),
    (("--json=yes", "list"), "option --json takes no value"),
    (("-m",), "option --map needs a value"),
    (("--conf",), "option --conf needs a value"),
    (("list", "--bogus"), "unknown option --bogus"),
    (("list", "key", "-aX", "--all"), "unknown option -X"),
    (("insert",), "no key and value"),
    (("insert", "a"), "has no value"),
    (("insert", "a", "b", "c"), "key 'c' has no value"),
    (("delete",), "no key"),
    (("grant",), "one address is needed"),
    (("grant", "mx.example.org"), "'mx.example.org' is no IPv4 or IPv6 address"),
    (("grant", "192.0.2.1", "192.0.2.2"), "one address is needed"),
    (("grant", "--for", "5", "192.0.2.1"), "--for '5': must be a time from 1s to 24h"),
    (("grant", "--for", "25h", "192.0.2.1"), "must be a time from 1s to 24h"),
    (("grant", "192.0.2.1", "--bogus"), "unknown option --bogus"),
    (("grant", "192.0.2.1", "--for"), "option --for needs a value"),
    (("grant", "-f"), "option --for needs a value"),
    (("revoke", "-aX", "x"), "unknown option -X"),
    (("revoke", "--user"), "option --user needs a value"),
    (("status", "--bogus"), "unknown option --bogus"),
    (("status", "-x", "192.0.2.1"), "unknown option -x"),
    (("revoke",), "one of the three"),
    (("revoke", "--all", "192.0.2.1"), "one of the three"),
    (("revoke", "--user", "horn", "--all"), "one of the three"),
    (("revoke", "nonsense"), "'nonsense' is no IPv4 or IPv6 address"),
    (("status", "nonsense"), "'nonsense' is no IPv4 or IPv6 address"),
    (("expire", "now"), "it takes no argument"),
    (("expire", "--bogus"), "unknown option --bogus"),
    (("expire", "-UX"), "unknown option -X"),
    (("commit", "--dry-run"), "unknown option --dry-run"),
    (("commit", "-n"), "unknown option -n"),
    (("commit", "x"), "it takes no argument"),
    (("-m", "dbm:/x", "list"), "must be hash:"),
)


class Manners(unittest.TestCase):
    def setUp(self):
        self.place = Place()
        self.addCleanup(self.place.close)
        table.make(self.place.map, {"192.0.2.60": "REJECT", "192.0.2.50": "RELAY"})
        self.place.prepare()

    def tearDown(self):
        self.assertEqual(table.faults(self.place.map), "")

    def test_help_of_each_command(self):
        texts = [self.place.sapdb("--help"), self.place.sapdb("-h")]
        for command in COMMANDS:
            for option in ("--help", "-h"):
                texts.append(self.place.sapdb(command, option))
                self.assertIn(f"usage: sapdb {command}", texts[-1].stdout)
        for done in texts:
            with self.subTest(done.args[3:]):
                self.assertEqual((done.returncode, done.stderr), (DONE, ""))
                self.assertTrue(done.stdout.startswith("usage: sapdb "))
                self.assertTrue(done.stdout.endswith("\n"))
                self.assertLessEqual(max(map(len, done.stdout.splitlines())), 80)
                self.assertNotIn("\t", done.stdout)

    def test_the_list_of_commands_is_whole(self):
        text = self.place.sapdb("--help").stdout
        for command in COMMANDS:
            self.assertRegex(text, rf"(?m)^  {command} +\S")

    def test_help_needs_no_settings(self):
        self.place.conf.write_text("nonsense\n")
        for command in COMMANDS:
            self.assertEqual(self.place.sapdb(command, "--help").returncode, DONE)

    def test_version(self):
        for option in ("--version", "-V"):
            self.assertRegex(self.place.sapdb(option).stdout,
                             r"\Asapdb \(pam_sap\) \d+\.\d+\.\d+\n\Z")

    def test_mistakes_are_one_line_on_stderr(self):
        for arguments, want in MISTAKES:
            with self.subTest(arguments):
                done = self.place.sapdb(*arguments)
                self.assertEqual((done.returncode, done.stdout), (USAGE, ""))
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertTrue(done.stderr.startswith("sapdb"), done.stderr)
                self.assertIn(want, done.stderr)

    def test_a_key_with_control_characters_is_one_line_of_stderr(self):
        for arguments in (("list", "a\nb\x1b[2J"), ("delete", "a\nb\x1b[2J")):
            with self.subTest(arguments[0]):
                done = self.place.sapdb(*arguments)
                self.assertEqual(done.returncode, PARTLY)
                self.assertRegex(done.stderr, r"\A[ -~]*\n\Z")

    def test_settings_that_cannot_be_used(self):
        for label, text, want in (("a mistake", "lifetime = 3", " line 1: lifetime = '3'"),
                                  ("unknown", "\nlifetyme = 3h", " line 2: there is no setting")):
            self.place.conf.write_text(text + "\n")
            for command in (("list",), ("expire",), ("status",), ("grant", "192.0.2.1")):
                with self.subTest(label, command=command):
                    done = self.place.sapdb(*command)
                    self.assertEqual((done.returncode, done.stdout), (UNUSABLE, ""))
                    self.assertIn(str(self.place.conf) + want, done.stderr)
                    self.assertEqual(done.stderr.count("\n"), 1)

    def test_a_settings_file_that_is_not_there(self):
        self.place.conf.unlink()
        done = self.place.sapdb("list")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (UNUSABLE, 1))
        self.assertIn(f"there is no settings file {self.place.conf}; an empty one means",
                      done.stderr)

    def test_full_disk_behind_stdout(self):
        self.place.add_lease("pending", "192.0.2.7")
        for command in (("list",), ("list", "192.0.2.60"), ("--json", "list"), ("status",),
                        ("--help",), ("--version",), ("list", "--help"), ("expire",),
                        ("status", "192.0.2.7")):
            with self.subTest(command), open("/dev/full", "w", encoding="ascii") as full:
                done = self.place.sapdb(*command, capture_output=False, stdout=full,
                                        stderr=-1)
                self.assertEqual(done.returncode, UNUSABLE, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1)
        self.assertEqual(self.place.where("192.0.2.7"), "active", "the work is done all the same")

    def test_closed_stdout(self):
        done = self.place.sapdb("list", capture_output=False, stderr=-1,
                                preexec_fn=lambda: os.close(1))
        self.assertEqual(done.returncode, UNUSABLE, done.stderr)

    def test_every_line_of_json_is_valid(self):
        self.place.add_lease("pending", "192.0.2.7", user='"\\x5c')
        self.place.add_lease("pending", "192.0.2.60")
        (self.place.state / "pending" / "junk").write_text("x")
        commands = (("expire",), ("list",), ("list", "--all"), ("status",),
                    ("status", "192.0.2.7", "192.0.2.50", "192.0.2.60", "192.0.2.99"),
                    ("grant", "192.0.2.8"), ("grant", "192.0.2.8"), ("expire", "--dry-run"),
                    ("commit",), ("revoke", "192.0.2.8"), ("revoke", "--all"))
        for command in commands:
            with self.subTest(command):
                done = self.place.sapdb("--json", *command)
                for line in done.stdout.splitlines():
                    self.assertIsInstance(json.loads(line), dict)

    def only_object(self, *arguments: str) -> dict:
        line, = self.place.sapdb("--json", *arguments).stdout.splitlines()
        return json.loads(line)

    def test_json_says_what_the_lines_say(self):
        self.place.sapdb("grant", "192.0.2.7", "--user", "horn")
        self.assertEqual(self.only_object("list", "192.0.2.60"),
                         {"key": "192.0.2.60", "value": "REJECT"})
        lease = self.only_object("status")
        self.assertEqual((lease["address"], lease["user"], lease["state"]),
                         ("192.0.2.7", "horn", "open"))
        self.assertIs(self.only_object("status", "192.0.2.60")["may_relay"], False)

    def test_dry_run_in_json_too(self):
        self.place.sapdb("grant", "192.0.2.7")
        self.place.date(self.place.state / "active/192.0.2.7", 3600)
        for line in self.place.sapdb("--json", "expire", "--dry-run").stdout.splitlines():
            self.assertIn("192.0.2.7", json.loads(line).values())


if __name__ == "__main__":
    unittest.main()
