# SPDX-License-Identifier: BSD-2-Clause
"""Traces of the model of the spares (tests/model/turns.py) on the real programs.

In a call, N is the number of the spare that was retired first: the one to be taken.
"""

import os
import unittest
from pathlib import Path

from cli import table
from race.traces import CLIENT, OTHER, Stopped, Traces

TURNS = 3
VERSIONS = tuple({"version": str(n)} for n in range(2))
EVIL = {"192.0.2.66": "RELAY"}


class Spares(Traces):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("who is not root keeps no spares")
        super().setUp()

    def begin(self) -> None:
        self.replace_table(VERSIONS[0])
        self.one_waits()
        self.assertEqual(len(self.place.spares()), 2)

    def oldest(self) -> Path:
        """An exchange changes the ctime."""
        spares = [self.place.map.with_name(name) for name in self.place.spares()]
        return min(spares, key=lambda spare: spare.stat().st_ctime_ns)

    def hold_commit(self, call: str) -> Stopped:
        return self.hold_sapdb("commit", call.replace(".N", self.oldest().suffix))

    def judge(self, statics: dict[str, str]) -> None:
        """Now, and when each of the three files has been the table."""
        self.run_sapdb("expire")
        for _ in range(TURNS):
            self.expect({CLIENT, OTHER})
            self.expect_statics(statics)
            self.run_sapdb("revoke", CLIENT)
            self.expect({OTHER})
            self.run_sapdb("grant", CLIENT)

    def test_the_note_is_cleared_before_a_spare_is_touched(self):
        self.begin()
        commit = self.hold_commit("renameat2 .access.db.pam_sap.N .access.db.pam_sap")
        self.assertEqual((self.place.run / "spares").stat().st_size, 0)
        commit.kill()
        self.judge(VERSIONS[0])

    def test_a_spare_has_no_name_while_it_is_written_to(self):
        self.begin()
        taken = self.oldest()
        commit = self.hold_commit("pwrite64 .access.db.pam_sap")
        self.assertFalse(taken.exists())
        commit.step()  # half of it
        commit.kill()
        self.judge(VERSIONS[0])

    def test_what_a_stranger_wrote_to_a_spare_is_not_taken(self):
        """He does so at the last moment; later it would be ours, opened by nobody."""
        self.begin()
        evil = self.place.root / "evil.db"
        table.make(evil, VERSIONS[0] | EVIL)
        taken = self.oldest()
        commit = self.hold_commit("openat .access.db.pam_sap.N")
        taken.write_bytes(evil.read_bytes())
        self.finish(commit)
        self.judge(VERSIONS[0])

    def test_a_spare_that_somebody_reads_is_left_as_it_is(self):
        """A child of sendmail's that has had it open since it was the table."""
        self.begin()
        with self.oldest().open("rb") as reader:
            before = reader.read()
            commit = self.hold_commit("openat .access.db.pam_sap.N")
            self.finish(commit)
            self.judge(VERSIONS[0])
            self.assertEqual(os.pread(reader.fileno(), len(before) + 1, 0), before)

    def test_spares_of_another_table_make_none(self):
        """A mv, when the batch is listed."""
        self.begin()
        commit = self.hold_commit("openat access.db")
        self.replace_table(VERSIONS[1])
        self.finish(commit)
        self.judge(VERSIONS[1])


if __name__ == "__main__":
    unittest.main()
