# SPDX-License-Identifier: BSD-2-Clause
"""The path unit's commit when the timer does its work, and when it is late."""

import unittest

from cli import table
from cli.test_leases import CLIENT, OTHER, Leases

NEW = "192.0.2.9"


class LateTimer(Leases):
    def commit_after(self, timer_age: float) -> None:
        """One lease has lapsed, one waits; the last timer run is so long ago."""
        self.run_it("expire")
        self.grant(CLIENT, OTHER)
        self.lapse(CLIENT)
        self.place.date(self.place.state / "expired", timer_age)
        self.place.add_lease("pending", NEW)
        self.run_it("commit")

    def test_in_time_the_commit_leaves_expiry_to_it(self):
        self.commit_after(30)
        self.assertEqual(table.opened(self.place.map), {CLIENT, OTHER, NEW})

    def test_late_the_commit_ends_what_has_lapsed(self):
        self.commit_after(120)
        self.assertEqual(table.opened(self.place.map), {OTHER, NEW})

    def test_it_does_not_pass_for_a_run_of_the_timer(self):
        self.commit_after(120)
        before = (self.place.state / "expired").stat().st_mtime
        self.run_it("commit")
        self.assertEqual((self.place.state / "expired").stat().st_mtime, before)


if __name__ == "__main__":
    unittest.main()
