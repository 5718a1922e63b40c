# SPDX-License-Identifier: BSD-2-Clause
"""What keeps the state from growing: max_leases, and the end of what is settled."""

import unittest

from cli import table
from cli.test_leases import CLIENT, OTHER, REFUSED, Leases

HOUR = 3600


class Full(Leases):
    def setUp(self):
        super().setUp()
        self.place.configure(max_leases="1")
        self.grant(CLIENT)

    def test_no_lease_beyond_it(self):
        self.run_it("grant", OTHER, status=1)
        self.assertIn("max_leases", self.stderr)
        self.assertEqual(table.opened(self.place.map), {CLIENT})

    def test_a_lease_that_the_table_shows_is_not_beyond_it(self):
        """As a commit leaves it that dies between the exchange and the moves."""
        lease = self.place.state / "active" / CLIENT
        lease.rename(self.place.state / "pending" / CLIENT)
        self.run_it("commit")
        self.assertEqual(self.place.where(CLIENT), "active")
        self.assertEqual(table.opened(self.place.map), {CLIENT})


class Settled(Leases):
    def test_it_is_forgotten_after_a_day_away(self):
        for age, want in ((23 * HOUR, "settled"), (25 * HOUR, "")):
            with self.subTest(age=age):
                self.run_it("grant", REFUSED, status=1)
                self.place.date(self.place.state / "settled" / REFUSED, age)
                self.run_it("expire")
                self.assertEqual(self.place.where(REFUSED), want)

    def test_who_comes_back_stays(self):
        self.run_it("grant", REFUSED, status=1)
        self.place.date(self.place.state / "settled" / REFUSED, 25 * HOUR)
        self.run_it("grant", REFUSED, status=1)
        self.run_it("expire")
        self.assertEqual(self.place.where(REFUSED), "settled")


if __name__ == "__main__":
    unittest.main()
