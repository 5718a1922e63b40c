# SPDX-License-Identifier: BSD-2-Clause
"""64 clients log in for the first time at the same moment; one comes behind thousands.

Each finds its record in the table when its login has returned: the login program copies
the table then and there. Whoever waits for the lock finds its work done by the one
before, so that a few commits serve all (at most 16).
"""

import os
import subprocess
import unittest

from cli import table
from pam import daemon
from pam.daemon import Daemon
from pam.events import FolderEvents

CROWD = 64
COMMITS = 16
BACKLOG = 2500
PORTION = 1000  # of a commit inside a login


class Crowd(unittest.TestCase):
    def setUp(self):
        # On a busy machine 64 processes may need more than the 2 s of the default.
        # And in memory, as /tmp may be, a commit is over before the next login comes.
        self.daemon = Daemon(wait="10s", below="/var/tmp")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, {f"10.1.{i // 250}.{i % 250}": "RELAY" for i in range(500)})
        self.place.ready()
        self.events = FolderEvents(self.place.map.parent)
        self.addCleanup(self.events.close)

    def copy_of(self, number: int):
        return self.place.root / f"seen.{number}"

    def start(self, number: int, gate: int) -> subprocess.Popen:
        steps = ("start", f"rhost={address(number)}", "gate", "open",
                 f"copy={self.place.map}:{self.copy_of(number)}", "clock", "end")
        return subprocess.Popen(
            self.daemon.command(*steps), stdin=gate, stdout=subprocess.PIPE, text=True,
            env=self.daemon.environment(), cwd="/", **self.place.who())

    def rush(self) -> list[list[int]]:
        """Start all, open the gate, and take what each printed."""
        gate, opener = os.pipe()
        logins = [self.start(number, gate) for number in range(CROWD)]
        os.close(gate)
        os.close(opener)
        return [daemon.values_of(login.communicate(timeout=60)[0]) for login in logins]

    def test_each_is_open_when_its_login_returns(self):
        values = self.rush()
        self.assertEqual([one[3] for one in values], [daemon.SUCCESS] * CROWD)
        for number in range(CROWD):
            with self.subTest(address(number)):
                self.assertIn(address(number), table.opened(self.copy_of(number)))

        commits = self.events.replaced(self.place.map.name)
        print(f"\n{CROWD} first logins at once: {commits} commits, the slowest login took "
              f"{max(one[5] for one in values)} ms")
        self.assertLessEqual(commits, COMMITS)
        self.check_the_end()

    def check_the_end(self):
        everybody = {address(number) for number in range(CROWD)}
        self.assertEqual(self.place.leases("active"), everybody)
        self.assertEqual(self.place.leases("pending") | self.place.leases("deferred"), set())
        self.assertEqual(table.faults(self.place.map), "")
        self.assertEqual(len(table.statics(self.place.map)), 500)
        told = daemon.openings(self.daemon.lines())
        self.assertEqual(len(told), CROWD, "one line of log for each client")
        self.assertEqual(len(self.daemon.lines()), CROWD)

    def test_one_by_one_each_has_a_commit(self):
        """The proof that the counter counts."""
        steps = (step for number in range(5) for step in daemon.opening(address(number)))
        self.daemon.run(*steps)
        self.assertEqual(self.events.replaced(self.place.map.name), 5)


class Backlog(unittest.TestCase):
    """Nobody came for a while: a login does not have to open all who wait before it is done."""

    def start(self, wait: str) -> Daemon:
        case = Daemon(wait=wait)
        self.addCleanup(case.close)
        table.make(case.place.map, {"192.0.2.60": "REJECT"})
        case.place.ready()
        case.place.add_lease("pending", daemon.CLIENT)  # /tmp in memory lists the newest first
        for number in range(BACKLOG):
            case.place.add_lease("pending", f"10.2.{number // 250}.{number % 250}")
        return case

    def test_one_commit_takes_a_portion(self):
        case = self.start("0")
        opened = len(daemon.openings(case.run(*daemon.opening()).log))
        self.assertEqual(opened, PORTION)
        self.assertEqual(len(table.opened(case.place.map)), PORTION)

    def test_within_the_wait_it_goes_on_until_the_client_is_open(self):
        case = self.start("10s")
        case.run(*daemon.opening())
        self.assertTrue(daemon.CLIENT in table.opened(case.place.map), "it is not open")


def address(number: int) -> str:
    return f"198.51.100.{number + 1}"


if __name__ == "__main__":
    unittest.main()
