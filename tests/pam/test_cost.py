# SPDX-License-Identifier: BSD-2-Clause
"""What a login does not do, seen by strace, and what it leaves behind: nothing.

Nearly every login is that of a known client. It opens no table, loads no database
library and takes no lock.
"""

import re
import subprocess
import unittest

from cli import table
from pam import daemon
from pam.daemon import CLIENT, SUCCESS, Daemon

HANDLES = 1000
NEW_CLIENTS = 100
LOCKS = re.compile(r"\b(flock|fcntl\(\d+, F_(OFD_)?SETLKW?)\b")
# libdb and libmdb open by this name.
HANDLED = re.compile(r'open(at)?\(.*"/proc/self/fd/')
OPENS = re.compile(r'\b(open|openat|openat2|creat)\(.*')
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
            env=self.daemon.environment() | {"LD_PRELOAD": ""}, capture_output=True,
            text=True, timeout=60, **self.place.who())
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


class Leftovers(unittest.TestCase):
    KIND = "hash"
    BACKEND, LIBRARY = "mapped=map_berkeley", "mapped=libdb"

    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        self.daemon.place.configure(map=f"{self.KIND}:{self.daemon.place.map}")
        table.make(self.daemon.place.map, STATICS, kind=self.KIND)
        self.daemon.place.ready()
        # What malloc keeps for the thread counts as used: chunks of many sizes.
        plain = self.daemon.environment
        self.daemon.environment = lambda: plain() | {
            "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}

    def measure(self, rounds: int, *steps: str) -> dict[str, tuple[int, int]]:
        """What was open, in use and mapped before and after that many handles."""
        looks = ("fds", self.BACKEND, self.LIBRARY)
        warm = ("start", "rhost=" + CLIENT, "open", "close", "end")
        before = self.daemon.run(*warm, "heap", *looks).values[len(warm):]
        after = self.daemon.run(*warm, *looks, f"repeat={rounds}", *steps, "heap", *looks)
        values = after.values[len(warm) + len(looks):]
        self.assertEqual(set(values[:len(steps)]), {SUCCESS})
        names = ("heap", *looks)
        return dict(zip(names, zip(before, values[len(steps):])))

    def expect_nothing_left(self, found: dict[str, tuple[int, int]]):
        for name in ("fds", self.BACKEND, self.LIBRARY):
            with self.subTest(name):
                self.assertEqual(*found[name])
        self.assertEqual(found[self.BACKEND][1], 0)
        grown = found["heap"][1] - found["heap"][0]
        self.assertLess(grown, 4 * 1024, "bytes of heap are left")

    def test_1000_handles_of_a_known_client(self):
        found = self.measure(HANDLES, *daemon.opening())
        print(f"\n{HANDLES} handles: before and after {found}")
        self.expect_nothing_left(found)

    def test_100_new_clients_each_with_a_commit(self):
        found = self.measure(NEW_CLIENTS, *daemon.opening("#"))
        print(f"\n{NEW_CLIENTS} commits in one process: before and after {found}")
        self.expect_nothing_left(found)
        self.assertEqual(len(self.daemon.place.leases("active")), NEW_CLIENTS + 1)

    def test_1000_handles_that_give_no_address(self):
        """Numeric, since libpam's audit asks DNS about a name."""
        self.expect_nothing_left(self.measure(HANDLES, *daemon.opening("0.0.0.0")))

    def test_100_handles_without_a_map(self):
        self.daemon.place.configure(map=f"hash:{self.daemon.place.root}/none.db", wait="0")
        found = self.measure(NEW_CLIENTS, *daemon.opening("#"))
        self.expect_nothing_left(found)

    def test_a_first_login_unloads_what_it_loaded(self):
        said = self.daemon.run("start", "fds", "rhost=" + CLIENT, "open", "fds",
                               self.BACKEND, self.LIBRARY, "end", "mapped=pam_sap.so")
        _start, before, _rhost, opened, after, backend, libdb, _end, module = said.values
        self.assertEqual((opened, after, backend, libdb, module), (SUCCESS, before, 0, 0, 0))


class LeftoversOfLmdb(Leftovers):
    KIND = "lmdb"
    BACKEND, LIBRARY = "mapped=map_lmdb", "mapped=liblmdb"


if __name__ == "__main__":
    unittest.main()
