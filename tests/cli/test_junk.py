# SPDX-License-Identifier: BSD-2-Clause
"""What is no lease in the queue: removed in portions, told in one line.

A commit is made inside somebody's login, so that a full queue must not make it long,
nor fill the log.
"""

import os
import unittest

from cli import table
from cli.place import NOBODY
from cli.test_leases import CLIENT, OTHER, Leases

PORTION = 100
MANY = 250
BATCH = 10000
RUN = 20 * PORTION


class Junk(Leases):
    def setUp(self):
        super().setUp()
        self.place.prepare()
        self.pending = self.place.state / "pending"

    def plant(self, count: int, name: str = "junk-%04d") -> None:
        for number in range(count):
            (self.pending / (name % number)).write_text("x")

    def left(self) -> int:
        return len(list(self.pending.iterdir()))

    def test_one_is_named(self):
        self.plant(1)
        self.assertEqual(self.run_it("commit"),
                         "removed 'pending/junk-0000': it is no lease that may be opened\n")

    def test_several_are_one_line(self):
        self.plant(3)
        (self.pending / CLIENT).write_text("no lease")
        self.assertRegex(self.run_it("commit"),
                         r"\Aremoved what is no lease that may be opened: 4 files in "
                         r"pending/, the first '\S+'\n\Z")
        self.assertEqual(self.left(), 0)

    def test_a_folder_that_cannot_be_moved_is_a_failure(self):
        """Else the path unit would start the service again, and again at once."""
        (self.place.state / "junk").write_text("in the way, as a full disk is")
        (self.pending / "folder").mkdir()
        (self.pending / "folder/file").write_text("x")
        self.place.add_lease("pending", CLIENT)
        for said in (f"sapdb: {self.pending} cannot be emptied: look what is in it\n", ""):
            done = self.place.sapdb("commit", "--unattended")
            self.assertEqual((done.returncode, done.stderr), (3, said))
        self.assertEqual(table.opened(self.place.map), {CLIENT})

    def test_more_than_a_run_takes_is_none(self):
        """The path unit starts the next run at once, which goes on. A failure would keep
        all who come meanwhile waiting for five seconds."""
        self.plant(RUN + MANY)
        for some_left in (True, False):
            done = self.place.sapdb("commit", "--unattended")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(self.left() > 0, some_left)

    def test_one_commit_removes_a_portion_and_opens_who_waits(self):
        self.plant(MANY)
        self.place.add_lease("pending", OTHER)
        lines = self.run_it("grant", CLIENT).splitlines()
        self.assertEqual(table.opened(self.place.map), {CLIENT, OTHER})
        self.assertEqual(self.left(), MANY - PORTION)
        told = [line for line in lines if "no lease" in line]
        self.assertEqual(len(told), 1, lines)
        self.assertIn(f"{PORTION} files in pending/ (more at the next commit)", told[0])

    def test_names_of_addresses_are_no_way_around_it(self):
        self.plant(MANY, "192.0.3.%d")
        self.run_it("grant", CLIENT)
        self.assertEqual(self.left(), MANY - PORTION)
        self.assertEqual(table.opened(self.place.map), {CLIENT})

    @unittest.skipUnless(os.geteuid() == 0, "skipped: files of another user need root")
    def test_nor_is_what_is_never_opened(self):
        for number in range(MANY):
            self.place.add_lease("pending", f"127.0.0.{number}")
            os.chown(self.pending / f"127.0.0.{number}", NOBODY, NOBODY)
        self.run_it("grant", CLIENT)
        self.assertEqual(self.left(), MANY - PORTION)
        self.assertEqual(table.opened(self.place.map), {CLIENT})

    def test_nor_are_leases_whose_time_is_over(self):
        """They are no junk, each has its line: as many as a commit opens at most, with
        that of the client itself if it comes by before."""
        beyond = 5
        for number in range(BATCH + beyond):
            path = self.pending / f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            path.write_text("user=horn service=imap opened=1\n")
            os.utime(path, (1, 1))
        told = self.place.sapdb("grant", CLIENT).stdout.count("not opened: ")
        self.assertIn(told, (BATCH - 1, BATCH))
        lapsed = len(self.place.leases("pending") - {CLIENT})
        self.assertEqual(lapsed, BATCH + beyond - told)

    def test_the_service_ends_with_an_empty_folder(self):
        self.plant(MANY)
        lines = self.run_it("commit").splitlines()
        self.assertEqual((len(lines), self.left()), (3, 0), lines)

    def test_a_hostile_name_is_one_line(self):
        self.plant(2)
        (self.pending / ("\n" * 250)).write_text("x")
        self.assertRegex(self.run_it("commit"), r"\A[ -~]{,400}\n\Z")


if __name__ == "__main__":
    unittest.main()
