# SPDX-License-Identifier: BSD-2-Clause
"""Who is blocked logs in as ever, and opens nothing; the log says so each time."""

import unittest

from cli import table
from pam import daemon
from pam.daemon import CLIENT, Daemon

OTHER = "192.0.2.8"


class Blocked(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, {})
        self.place.ready()

    def log_in(self, address: str) -> list[str]:
        said = self.daemon.run(*daemon.opening(address))
        self.assertEqual(set(said.values), {daemon.SUCCESS})
        return [line.text for line in said.log]

    def block(self, *arguments: str) -> None:
        self.assertEqual(self.place.sapdb("block", *arguments).returncode, 0)

    def test_an_address(self):
        self.block("192.0.2.0/28")
        for _ in range(2):
            line, = self.log_in(CLIENT)
            self.assertIn(f"not opened: {CLIENT} for user horn (imap): 192.0.2.0/28 is blocked",
                          line)
        self.assertEqual(self.place.where(CLIENT), "")
        self.assertEqual(table.records(self.place.map), {})

    def test_a_user(self):
        self.block("--user", "horn")
        self.assertIn("user horn is blocked", self.log_in(CLIENT)[0])
        self.assertEqual(table.opened(self.place.map), set())

    def test_a_blocked_user_renews_no_lease_of_another(self):
        self.place.add_lease("active", CLIENT, user="maria", age=300)
        self.place.sapdb("expire")
        self.block("--user", "horn")
        before = (self.place.state / "active" / CLIENT).stat().st_mtime_ns
        self.assertIn("user horn is blocked", self.log_in(CLIENT)[0])
        self.assertEqual((self.place.state / "active" / CLIENT).stat().st_mtime_ns, before)
        self.assertEqual(table.opened(self.place.map), {CLIENT})

    def test_another_is_opened(self):
        self.block(CLIENT)
        self.log_in(OTHER)
        self.assertEqual(table.opened(self.place.map), {OTHER})

    def test_unblocked(self):
        self.block(CLIENT)
        self.log_in(CLIENT)
        self.place.sapdb("unblock", CLIENT)
        self.log_in(CLIENT)
        self.assertEqual(table.opened(self.place.map), {CLIENT})

    def test_a_list_that_is_damaged_is_said_once(self):
        (self.place.state / "blocked").write_text("x\n")
        line, = self.log_in(CLIENT)
        self.assertIn("blocked, line 1: is no block, so nothing new is opened", line)
        self.assertEqual(self.log_in(CLIENT), [])
        self.assertEqual(table.opened(self.place.map), set())


if __name__ == "__main__":
    unittest.main()
