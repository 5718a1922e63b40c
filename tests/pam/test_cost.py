# SPDX-License-Identifier: BSD-2-Clause
"""What a login does not do, seen by strace.

Nearly every login is that of a known client. It opens no table, loads no database
library and takes no lock.
"""

import re
import subprocess
import unittest

from cli import table
from pam import daemon
from pam.daemon import CLIENT, SUCCESS, Daemon

LOCKS = re.compile(r"\b(flock|fcntl\(\d+, F_(OFD_)?SETLKW?)\b")
# libdb and libmdb open by this name.
HANDLED = re.compile(r'open(at)?\(.*"/proc/self/fd/')
OPENS = re.compile(r'\b(open|openat|openat2|creat)\(.*')
# LeakSanitizer does not work in a process that is traced.
TRACED = {"LD_PRELOAD": "", "ASAN_OPTIONS": "detect_leaks=0"}
STATICS = {"192.0.2.60": "REJECT", "192.0.2.50": "RELAY"}


class Cost(unittest.TestCase):
    KIND = "hash"
    LOADED = ("map_berkeley", "libdb")  # by a commit

    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        self.place.configure(map=f"{self.KIND}:{self.place.map}")
        table.make(self.place.map, STATICS, kind=self.KIND)
        self.place.ready()

    def trace(self, address: str) -> list[str]:
        """The system calls that our module made for one login from there."""
        strace = self.place.root / "strace"
        steps = self.daemon.command(*daemon.opening(address))
        preload = f"LD_PRELOAD={self.daemon.catcher}"
        done = subprocess.run(
            ["strace", "-y", "-o", str(strace), "-E", preload, *steps], cwd="/",
            env=self.daemon.environment() | TRACED, capture_output=True, text=True,
            timeout=60, **self.place.who())
        if done.returncode != 0:
            self.skipTest(f"strace cannot trace here: {done.stderr}")
        self.assertEqual(set(daemon.values_of(done.stdout)), {SUCCESS})
        return self.ours(strace.read_text(encoding="utf-8").splitlines())

    def ours(self, calls: list[str]) -> list[str]:
        """From our settings to the last file of ours; libpam's audit comes behind."""
        places = (str(self.place.state), str(self.place.run), str(self.place.map))
        first = next(at for at, call in enumerate(calls) if str(self.place.conf) in call)
        last = max(at for at, call in enumerate(calls)
                   if any(place in call for place in places))
        return calls[first:last + 1]

    def calls_on_lease(self, calls: list[str], address: str) -> list[str]:
        return [call for call in calls if f"/{address}" in call]

    def expect_cheap(self, calls: list[str]):
        opened = [call for call in calls if OPENS.search(call)]
        self.assertTrue(any(str(self.place.conf) in call for call in opened), "no strace?")
        for text in (str(self.place.map), "access.db", *self.LOADED, "/proc/locks",
                     "commit.lock"):
            self.assertEqual([call for call in opened if text in call], [], text)
        self.assertEqual([call for call in calls if LOCKS.search(call)], [])
        for forbidden in ("clone", "fork", "umask", "chdir", "rt_sigaction", "setuid",
                          "connect", "socket", "nanosleep"):
            self.assertEqual([call for call in calls if call.startswith(forbidden)], [])

    def test_a_first_login_does_what_the_others_do_not(self):
        """The proof that this test would see it."""
        calls = "\n".join(self.trace(CLIENT))
        for text in ("access.db", *self.LOADED, "flock", "commit.lock"):
            self.assertIn(text, calls)

    def test_a_known_client(self):
        self.daemon.run(*daemon.opening())
        calls = self.trace(CLIENT)
        self.expect_cheap(calls)
        on_lease = self.calls_on_lease(calls, CLIENT)
        self.assertEqual([call.split("(")[0] for call in on_lease], ["utimensat", "newfstatat"])

    def test_a_table_that_somebody_else_wrote(self):
        """Its head is read by us; libdb and libmdb see nothing of it, and no copy is made."""
        self.place.configure(wait="0")
        self.daemon.run(*daemon.opening())
        (self.place.run / "seal").unlink()
        for address in (CLIENT, "192.0.2.8"):
            calls = self.trace(address)
            self.assertEqual([call for call in calls if HANDLED.search(call)], [])
            self.assertEqual([call for call in calls if ".access.db.pam_sap" in call
                              and not call.startswith("newfstatat")], [])
            self.assertIn(address, self.place.leases("pending"))

    def test_what_handles_a_table_is_seen(self):
        """The proof that the test before would see it."""
        self.assertNotEqual([call for call in self.trace(CLIENT) if HANDLED.search(call)], [])

    def test_settled_clients(self):
        for address in STATICS:
            with self.subTest(STATICS[address]):
                self.daemon.run(*daemon.opening(address))
                self.assertEqual(self.place.where(address), "settled")
                self.expect_cheap(self.trace(address))

    def test_the_figures(self):
        self.daemon.run(*daemon.opening())
        known = self.trace(CLIENT)
        print(f"\na known client's login: {len(known)} system calls of ours")
        self.assertLessEqual(len(known), 24)


class CostOnLmdb(Cost):
    KIND = "lmdb"
    LOADED = ("map_lmdb", "liblmdb")


if __name__ == "__main__":
    unittest.main()
