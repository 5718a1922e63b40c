# SPDX-License-Identifier: BSD-2-Clause
"""An auth-worker that is not root, in queue_group: it may do no more than queue.

The state is root's, the worker is nobody. No service is there to commit, so that what
waits is seen to wait.
"""

import os
import stat
import time
import unittest

from cli import table
from cli.place import NOBODY, unprivileged
from pam import daemon
from pam.daemon import CLIENT, Daemon, Said

GROUP = "nogroup"
OLD = "192.0.2.99"
WAIT = 3.0
AT_ONCE = 1.5  # on a busy machine


@unittest.skipUnless(unprivileged() is not None, "skipped: another user needs root")
class Worker(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(like_us=True, queue_group=GROUP, wait=f"{int(WAIT)}s")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, {"192.0.2.60": "REJECT"})
        self.daemon.log.touch()
        os.chown(self.daemon.log, NOBODY, NOBODY)
        self.assertEqual(self.place.sapdb("expire").returncode, 0)

    def log_in(self, address: str = CLIENT) -> tuple[Said, float]:
        """What came of it as nobody, and the seconds that it took."""
        self.place.uid = NOBODY
        before = time.monotonic()
        try:
            return self.daemon.run(*daemon.opening(address)), time.monotonic() - before
        finally:
            self.place.uid = None

    def expect_opened(self):
        self.assertEqual(self.place.sapdb("expire").returncode, 0)
        self.assertEqual(table.opened(self.place.map), {CLIENT})

    def test_it_queues_and_waits(self):
        said, seconds = self.log_in()
        self.assertEqual(said.values[2], daemon.SUCCESS)
        self.assertGreaterEqual(seconds, WAIT)
        self.assertEqual(self.place.where(CLIENT), "pending")
        self.expect_opened()

    def test_behind_a_stuck_queue_it_does_not_wait(self):
        self.place.add_lease("pending", OLD, age=30)
        self.place.date(self.place.run / "seal", 30)  # nor has anybody committed since
        _said, seconds = self.log_in()
        self.assertLess(seconds, AT_ONCE)
        self.assertEqual(self.place.where(CLIENT), "pending")

    def test_while_the_map_is_in_trouble_neither(self):
        """It may not write deferred/: the lease goes to pending/ all the same."""
        away = self.place.map.rename(self.place.root / "away.db")
        self.place.add_lease("pending", OLD, age=3600)
        self.assertEqual(self.place.sapdb("commit").returncode, 3)
        said, seconds = self.log_in()
        self.assertEqual((said.values[2], said.log), (daemon.SUCCESS, []))
        self.assertLess(seconds, AT_ONCE)
        self.assertEqual(self.place.where(CLIENT), "pending")
        away.rename(self.place.map)
        self.expect_opened()

    def test_what_it_may_see(self):
        """Names in the queue, and nothing in them; no other folder at all."""
        folder = (self.place.state / "pending").stat()
        self.assertEqual(stat.S_IMODE(folder.st_mode), 0o1770)
        self.place.add_lease("pending", OLD)
        self.assertEqual(stat.S_IMODE((self.place.state / "pending" / OLD).stat().st_mode), 0o600)
        for name in ("active", "deferred", "ending", "settled"):
            self.assertEqual(stat.S_IMODE((self.place.state / name).stat().st_mode), 0o700)


if __name__ == "__main__":
    unittest.main()
