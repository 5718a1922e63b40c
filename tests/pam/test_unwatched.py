# SPDX-License-Identifier: BSD-2-Clause
"""expiry_watch: without the timer nobody would close, so nothing new is opened.

The timer's last run is the time of STATE_DIR/expired; the test dates it.
"""

import unittest

from cli import table
from pam import daemon
from pam.daemon import CLIENT, SESSION_ERR, Daemon

LOGINS = 20
OTHER = "192.0.2.8"
MINUTES = 60


class Unwatched(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(expiry_watch="10min")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, {})
        self.place.ready()

    def last_run(self, age: float) -> None:
        self.place.date(self.place.state / "expired", age)

    def log_in(self, address: str, times: int = 1) -> daemon.Said:
        said = self.daemon.run(f"repeat={times}", *daemon.opening(address))
        self.assertEqual(set(said.values), {daemon.SUCCESS})
        return said

    def test_bounds(self):
        for label, age, opens in (("just now", 0, True), ("9 minutes ago", 9 * MINUTES, True),
                                  ("11 minutes ago", 11 * MINUTES, False),
                                  ("a day ago", 24 * 60 * MINUTES, False),
                                  ("in an hour: the clock was set back", -3600, True)):
            with self.subTest(label):
                self.last_run(age)
                self.log_in(CLIENT)
                self.assertEqual(self.place.where(CLIENT), "active" if opens else "")
                self.place.sapdb("revoke", "--all")

    def test_one_line_for_20_logins_says_why(self):
        self.last_run(11 * MINUTES)
        said = self.log_in("#", LOGINS)
        self.assertEqual([line.level for line in said.log], [daemon.ERROR])
        self.assertIn("`sapdb expire` has not run within expiry_watch", said.log[0].text)
        self.assertIn("start pam_sap-expire.timer", said.log[0].text)
        self.assertEqual(table.records(self.place.map), {})
        for folder in ("pending", "deferred", "active"):
            self.assertEqual(self.place.leases(folder), set())

    def test_a_timer_that_never_ran(self):
        (self.place.state / "expired").unlink()
        said = self.log_in(CLIENT)
        self.assertEqual(self.place.where(CLIENT), "")
        self.assertEqual(len(said.log), 1)

    def test_a_known_client_is_renewed_all_the_same(self):
        self.log_in(CLIENT)
        lease = self.place.state / "active" / CLIENT
        self.place.date(lease, 300)
        before = lease.stat().st_mtime
        self.last_run(11 * MINUTES)
        self.assertEqual(self.log_in(CLIENT).log, [])
        self.assertGreater(lease.stat().st_mtime, before + 200)

    def test_the_timer_comes_back_and_stops_again(self):
        self.last_run(11 * MINUTES)
        self.assertEqual(len(self.log_in(CLIENT).log), 1)
        self.place.sapdb("expire")
        self.assertEqual(len(daemon.openings(self.log_in(CLIENT).log)), 1)
        self.last_run(11 * MINUTES)
        self.assertEqual(len(self.log_in(OTHER, 2).log), 1, "it is news again")

    def test_0_does_not_look(self):
        self.place.configure(expiry_watch="0")
        (self.place.state / "expired").unlink()
        self.log_in(CLIENT)
        self.assertEqual(self.place.where(CLIENT), "active")

    def test_on_error_fail_refuses_the_session(self):
        self.last_run(11 * MINUTES)
        self.daemon.write_service("imap", "session required OURS on_error=fail")
        said = self.daemon.run("start", "rhost=" + CLIENT, "open", "end")
        self.assertEqual(said.values[2], SESSION_ERR)


if __name__ == "__main__":
    unittest.main()
