# SPDX-License-Identifier: BSD-2-Clause
"""A rebuild of the map is under way: it puts an opening off, no longer than it lasts.

The rebuild is the exclusive lock that makemap holds while it writes; the test holds it.
"""

import fcntl
import subprocess
import time
import unittest

from cli import table
from pam import daemon
from pam.daemon import CLIENT, Daemon

SLACK = 3.0  # of a busy machine, with sanitizers
PATIENCE = 20


class Rebuild(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, {"192.0.2.60": "REJECT"})
        self.place.ready()
        self.makemap = self.place.map.open("r+b")
        self.addCleanup(self.makemap.close)

    def lock(self) -> None:
        fcntl.flock(self.makemap, fcntl.LOCK_EX)

    def unlock(self) -> None:
        fcntl.flock(self.makemap, fcntl.LOCK_UN)

    def test_a_login_waits_for_its_wait_only(self):
        for wait in (0, 0.3, 1):
            with self.subTest(wait):
                self.place.configure(wait=f"{wait * 1000:.0f}ms" if wait else "0")
                self.lock()
                before = time.monotonic()
                said = self.daemon.run(*daemon.opening())
                took = time.monotonic() - before
                self.unlock()
                self.assertEqual(set(said.values), {daemon.SUCCESS})
                self.assertGreaterEqual(took, wait)
                self.assertLess(took, wait + SLACK)
                self.assertEqual(self.place.where(CLIENT), "pending")
                self.assertNotIn(CLIENT, table.opened(self.place.map))
                self.place.sapdb("revoke", "--all")

    def test_what_it_left_is_opened_by_the_commit(self):
        self.place.configure(wait="0")
        self.lock()
        self.daemon.run(*daemon.opening())
        self.unlock()
        self.assertEqual(self.place.sapdb("commit").returncode, 0)
        self.assertEqual(table.opened(self.place.map), {CLIENT})

    def test_the_end_of_the_rebuild_ends_the_wait(self):
        self.place.configure(wait="10s")
        copy = self.place.root / "seen"
        self.lock()
        login = subprocess.Popen(
            self.daemon.command("start", "rhost=" + CLIENT, "open",
                                f"copy={self.place.map}:{copy}", "end"),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            env=self.daemon.environment(), cwd="/", **self.place.who())
        end = time.monotonic() + PATIENCE
        while self.place.where(CLIENT) != "pending" and time.monotonic() < end:
            time.sleep(0.001)
        self.assertIsNone(login.poll(), "it did not wait")
        before = time.monotonic()
        self.unlock()
        values = daemon.values_of(login.communicate(timeout=PATIENCE)[0])
        self.assertEqual(values[2], daemon.SUCCESS)
        self.assertLess(time.monotonic() - before, SLACK)
        self.assertEqual(table.opened(copy), {CLIENT})

    def test_a_known_client_does_not_wait(self):
        self.daemon.run(*daemon.opening())
        with self.place.map.open("r+b") as makemap:
            fcntl.flock(makemap, fcntl.LOCK_EX)
            before = time.monotonic()
            self.daemon.run(*daemon.opening())
            self.assertLess(time.monotonic() - before, SLACK)

    def test_the_service_waits_and_does_it(self):
        self.place.add_lease("pending", CLIENT)
        self.lock()
        service = subprocess.Popen(
            [str(self.place.sapdb_path), "-c", str(self.place.conf), "commit"],
            stdout=subprocess.DEVNULL, cwd="/", **self.place.who())
        with self.assertRaises(subprocess.TimeoutExpired):
            service.wait(0.3)
        self.unlock()
        self.assertEqual(service.wait(PATIENCE), 0)
        self.assertEqual(table.opened(self.place.map), {CLIENT})


if __name__ == "__main__":
    unittest.main()
