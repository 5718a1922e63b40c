# SPDX-License-Identifier: BSD-2-Clause
"""sapdb as a user who may not see the leases: it says so, and nothing about them.

Even where he may read the table: "its lease is gone" or "has no lease" would be a
falsehood then.
"""

import os
import shutil
import unittest

from cli import table
from cli.place import NOBODY
from cli.test_leases import CLIENT, OTHER, STATIC, Leases

AS_NOBODY = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
COMMANDS = (
    ("status",), ("--json", "status"), ("status", CLIENT), ("status", OTHER),
    ("status", STATIC), ("revoke", CLIENT), ("revoke", OTHER), ("revoke", "--all"),
    ("revoke", "--user", "horn"), ("grant", OTHER), ("grant", "--for", "1h", CLIENT),
    ("expire",), ("expire", "--dry-run"), ("commit",), ("insert", "a", "b"), ("delete", "a"),
    ("rebuild", "/no/access"), ("rebuild", "-n", "/no/access"), ("metrics",),
)


@unittest.skipUnless(os.geteuid() == 0, "skipped: another user needs root")
class NormalUser(Leases):
    def setUp(self):
        super().setUp()
        self.grant(CLIENT)
        self.place.map.chmod(0o644)

    def test_one_line_that_says_what_to_do(self):
        before = self.place.inode()
        for command in COMMANDS:
            with self.subTest(command):
                done = self.place.sapdb(*command, **AS_NOBODY)
                self.assertEqual((done.returncode, done.stdout), (3, ""), done)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertIn(str(self.place.state), done.stderr)
                self.assertIn("run sapdb as root", done.stderr)
        self.assertEqual((self.place.inode(), self.place.where(CLIENT)), (before, "active"))
        self.assertEqual(table.opened(self.place.map), {CLIENT})

    def test_where_he_cannot_make_the_state_folder(self):
        shutil.rmtree(self.place.state)
        for command in (("expire",), ("revoke", CLIENT), ("grant", CLIENT)):
            with self.subTest(command):
                done = self.place.sapdb(*command, **AS_NOBODY)
                self.assertEqual((done.returncode, done.stdout), (3, ""), done)
                self.assertRegex(done.stderr, r"\A.*run sapdb as root\n\Z")

    def test_the_records_of_a_table_that_he_may_read(self):
        done = self.place.sapdb("list", STATIC, **AS_NOBODY)
        self.assertEqual((done.returncode, done.stdout), (0, f"{STATIC}\tRELAY\n"))


if __name__ == "__main__":
    unittest.main()
