# SPDX-License-Identifier: BSD-2-Clause
"""Ten thousand handles in one process leave nothing behind.

After each handle: bytes of heap, descriptors, mappings; the worst of them all is that of
the first few. A sanitizer has a heap of its own and looks itself for what is left.
SAP_HANDLES: how many; fewer where each costs more.
"""

import os
import unittest

from cli import table
from guest.sanitized import SANITIZER
from pam import daemon
from pam.daemon import CLIENT, SESSION_ERR, SUCCESS, Daemon

HANDLES = int(os.environ.get("SAP_HANDLES", "10000"))
WARM = 3
STATICS = {"192.0.2.60": "REJECT", "192.0.2.50": "RELAY"}
LOOKS = ("heap", "fds", "mapped=")
LEFT = 4 * 1024  # bytes of heap; one byte of each handle would be more
SECONDS = 280


class Handles(unittest.TestCase):
    KIND = "hash"

    def setUp(self):
        self.daemon = Daemon(wait="0")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        self.place.configure(map=f"{self.KIND}:{self.place.map}")
        table.make(self.place.map, STATICS, kind=self.KIND)
        self.place.ready()
        # What malloc keeps for the thread counts as used: chunks of many sizes.
        plain = self.daemon.environment
        self.daemon.environment = lambda: plain() | {
            "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}

    def look(self, handles: int, *calls: str, **options) -> tuple[set[int], list[int]]:
        """What the calls returned, and the worst of the looks after so many handles."""
        steps = ("start", *calls, "end")
        values = self.daemon.run(f"repeat={handles}", *steps, *LOOKS, **options).values
        return set(values[:len(steps)]), values[len(steps):]

    def expect_nothing_left(self, label: str, *calls: str, worst: int = SUCCESS):
        _answers, before = self.look(WARM, *calls)
        answers, after = self.look(HANDLES, *calls, timeout=SECONDS)
        self.assertEqual(max(answers), worst)
        self.assertEqual(after[1], before[1], "descriptors")
        if SANITIZER == "none":
            self.assertEqual(after[2], before[2], "mappings")
            self.assertLess(after[0] - before[0], LEFT, "bytes of heap are left")
        print(f"\nfigure: handles: {HANDLES} of {label} ({self.KIND}), {after[1] - before[1]} "
              f"descriptors, {after[2] - before[2]} mappings, "
              f"{max(after[0] - before[0], 0)} bytes left")

    def test_a_known_client(self):
        self.daemon.run(*daemon.opening())
        self.expect_nothing_left("a known client", f"rhost={CLIENT}", "open", "close")

    def test_clients_about_which_the_administrator_decided(self):
        for address, value in STATICS.items():
            with self.subTest(value):
                self.expect_nothing_left(f"a client with {value}", f"rhost={address}", "open")
                self.assertEqual(self.place.where(address), "settled")

    def test_new_clients_each_with_a_commit(self):
        self.expect_nothing_left("new clients", "rhost=#", "open", "close")
        self.assertEqual(len(self.place.leases("active")), HANDLES)
        self.assertEqual(table.faults(self.place.map), "")

    def test_all_hooks(self):
        self.daemon.write_service("imap", "auth optional OURS\nauth required pam_permit.so\n"
                                  "account optional OURS\nsession optional OURS")
        self.expect_nothing_left("all hooks", f"rhost={CLIENT}", "auth", "setcred=2", "open",
                                 "close", "setcred=4")

    def test_no_address(self):
        """Numeric, since libpam's audit asks DNS about a name."""
        self.expect_nothing_left("no address", "rhost=0.0.0.0", "open", "close")

    def test_errors(self):
        """What the arguments say counts when they have been read."""
        for label, argument, worst, settings in (
                ("a mistake in the arguments", "lifetime=1h", SESSION_ERR, {}),
                ("settings that cannot be read", f"conf={self.place.lib}", SUCCESS, {}),
                ("no state folder", "", SESSION_ERR,
                 {"state_dir": f"{self.place.conf}/none"})):
            with self.subTest(label):
                self.daemon.write_service("imap", "session required OURS on_error=fail "
                                          + argument)
                self.place.configure(**settings)
                self.expect_nothing_left(label, f"rhost={CLIENT}", "open", worst=worst)

    def test_a_table_that_is_gone(self):
        self.place.map.unlink()
        self.expect_nothing_left("no table", f"rhost={CLIENT}", "open", "close")
        self.assertIn(self.place.where(CLIENT), ("pending", "deferred", "pending deferred"))

    def test_what_a_first_login_loads_is_unloaded(self):
        library = {"hash": "libdb", "lmdb": "liblmdb"}[self.KIND]
        looks = ("fds", "mapped=map_", f"mapped={library}")
        said = self.daemon.run("start", "fds", f"rhost={CLIENT}", "open", *looks, "end",
                               "mapped=pam_sap.so")
        before, after = said.values[1], said.values[4:7]
        self.assertEqual(after, [before, 0, 0])
        self.assertEqual(said.values[-1], 0, "the module is still mapped")
        self.assertEqual(self.place.where(CLIENT), "active", "nothing was loaded")


class HandlesOnLmdb(Handles):
    KIND = "lmdb"


if __name__ == "__main__":
    unittest.main()
