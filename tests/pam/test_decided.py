# SPDX-License-Identifier: BSD-2-Clause
"""Clients about which the administrator's records decide: nothing is to be done.

The first login of such a client looks into the table; as long as nobody touches the
table, no other does. No commit at all, and one line of log.
"""

import unittest

from cli import table
from pam import daemon
from pam.daemon import Daemon
from pam.events import FolderEvents

LOGINS = 50
RECORDS = {
    "192.0.2.50": "RELAY", "192.0.2.51": "OK", "192.0.2.60": "REJECT",
    "192.0.2.61": "550 go away", "192.0.2.62": "DISCARD", "192.0.2.63": 'ERROR:"550 no"',
    "connect:192.0.2.64": "REJECT", "connect:192.0.2.65": "OK", "198.51.100": "REJECT",
    "203.0": "RELAY", "connect:203.0.113.9": "RELAY",
}
# An address, what is logged, and the key that is named.
CASES = (
    ("192.0.2.50", "no lease for ", "192.0.2.50"),
    ("192.0.2.60", "refused ", "192.0.2.60"),
    ("192.0.2.61", "refused ", "192.0.2.61"),
    ("192.0.2.62", "refused ", "192.0.2.62"),
    ("192.0.2.63", "refused ", "192.0.2.63"),
    ("192.0.2.64", "refused ", "connect:192.0.2.64"),
    ("192.0.2.65", "refused ", "connect:192.0.2.65"),
    ("198.51.100.77", "refused ", "198.51.100"),
    ("203.0.113.8", "no lease for ", "203.0"),
    ("203.0.113.9", "no lease for ", "connect:203.0.113.9"),
)


class Decided(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, RECORDS)
        self.place.ready()
        self.inode = self.place.inode()

    def log_in(self, address: str, times: int) -> daemon.Said:
        return self.daemon.run(f"repeat={times}", *daemon.opening(address))

    def test_first_login_is_told_once_and_nothing_is_changed(self):
        for address, begin, key in CASES:
            with self.subTest(address):
                said = self.log_in(address, 1)
                self.assertEqual(len(said.log), 1, said.log)
                self.assertIn(begin + address, said.log[0].text)
                self.assertIn(f"the administrator's record '{key}'", said.log[0].text)
                self.assertEqual(said.log[0].level, daemon.NOTICE)
                self.assertEqual(self.place.where(address), "settled")
        self.assertEqual(self.place.inode(), self.inode)
        self.assertEqual(len(table.records(self.place.map)), len(RECORDS))

    def test_50_logins_open_no_table_after_the_first(self):
        for address in ("192.0.2.50", "192.0.2.60"):
            with self.subTest(RECORDS[address]):
                first = self.log_in(address, 1)
                events = FolderEvents(self.place.map.parent)
                self.addCleanup(events.close)
                rest = self.log_in(address, LOGINS - 1)
                self.assertEqual(len(first.log) + len(rest.log), 1)
                self.assertEqual(events.opened(self.place.map.name), 0)
                self.assertEqual(events.replaced(self.place.map.name), 0)
                self.assertEqual(self.place.inode(), self.inode)

    def test_other_clients_do_not_disturb_them(self):
        """A commit for another keeps the seal, and with it what is known."""
        self.log_in("192.0.2.60", 1)
        self.log_in(daemon.CLIENT, 1)
        events = FolderEvents(self.place.map.parent)
        self.addCleanup(events.close)
        said = self.log_in("192.0.2.60", 5)
        self.assertEqual((said.log, events.opened(self.place.map.name)), ([], 0))

    def test_a_changed_table_is_looked_at_again(self):
        self.log_in("192.0.2.60", 1)
        self.place.map.unlink()
        table.make(self.place.map, {"192.0.2.50": "RELAY"})
        self.place.ready()
        said = self.log_in("192.0.2.60", 2)
        self.assertEqual(len(daemon.openings(said.log)), 1)
        self.assertEqual(self.place.where("192.0.2.60"), "active")
        self.assertIn("192.0.2.60", table.opened(self.place.map))

    def test_a_lease_whose_client_is_refused_later_ends(self):
        self.log_in(daemon.CLIENT, 1)
        self.place.map.unlink()
        table.make(self.place.map, {daemon.CLIENT: "REJECT"})
        self.place.own()
        self.place.sapdb("expire")
        self.assertEqual(self.place.where(daemon.CLIENT), "settled")
        self.assertEqual(table.records(self.place.map), {daemon.CLIENT.encode(): b"REJECT"})


if __name__ == "__main__":
    unittest.main()
