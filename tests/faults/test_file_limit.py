# SPDX-License-Identifier: BSD-2-Clause
"""A process whose files may not grow (RLIMIT_FSIZE): a write too far would not fail, but
end it by SIGXFSZ.

A login is never ended so, whatever the limit. `sapdb` may be, as by any other signal: then
the table is whole, and the next run does the work.
"""

import os
import resource
import signal
import unittest

from cli import table
from pam import daemon
from pam.daemon import CLIENT, Daemon, Line

STATICS = {f"10.1.{i // 250}.{i % 250}": "RELAY" for i in range(500)}
LIMITS = (0, 1, 40, 100, 512, 4096, 8192, 16383, 16384, 20480, 32768, 65536)
PIPE = 65536


class PipedDaemon(Daemon):
    """Its log is a pipe, which has no size that could be too much."""

    def __init__(self, **settings: str):
        self.caught: list[Line] = []
        super().__init__(like_us=True, **settings)
        os.mkfifo(self.log)
        self.reader = os.open(self.log, os.O_RDWR | os.O_NONBLOCK)

    def close(self) -> None:
        os.close(self.reader)
        super().close()

    def lines(self) -> list[Line]:
        try:
            text = os.read(self.reader, PIPE).decode()
        except BlockingIOError:
            text = ""
        self.caught += map(daemon.parse_line, filter(None, text.split("\0")))
        return self.caught.copy()


def limited(size: int):
    """For a preexec_fn."""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


class FileLimit(unittest.TestCase):
    def setUp(self):
        self.daemon = PipedDaemon(refuse_own="no", wait="0")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, STATICS)
        self.place.sapdb("expire")

    def expect_whole(self):
        self.assertEqual(table.faults(self.place.map), "")
        self.assertEqual(len(table.statics(self.place.map)), len(STATICS))

    def heal(self) -> set[str]:
        done = self.place.sapdb("expire")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.expect_whole()
        self.assertEqual(self.place.beside(), [])
        self.assertEqual(table.opened(self.place.map), self.place.leases("active"))
        return self.place.leases("active")

    def test_a_login_lives(self):
        refused = 0
        for size in LIMITS:
            with self.subTest(size=size):
                self.place.sapdb("revoke", "--all")
                self.place.forget_what_was_said()
                said = self.daemon.run(*daemon.opening(), preexec_fn=limited(size))
                self.assertEqual(set(said.values), {daemon.SUCCESS})
                waits = self.place.where(CLIENT) == "pending"  # for the service
                refused += not waits
                self.assertEqual(["RLIMIT_FSIZE" in text for text in said.texts()],
                                 [] if waits else [True])
                self.expect_whole()
                self.assertEqual(self.heal(), {CLIENT} if waits else set())
        print(f"figure: file limits: {len(LIMITS)} tried, {refused} logins told why not, "
              "none ended", flush=True)
        self.assertGreater(refused, 0)

    def test_sapdb_may_be_ended(self):
        ended = 0
        for size in LIMITS:
            with self.subTest(size=size):
                self.place.sapdb("revoke", "--all")
                self.place.add_lease("pending", CLIENT)
                done = self.place.sapdb("commit", preexec_fn=limited(size))
                self.assertIn(done.returncode, (0, 3, -signal.SIGXFSZ), done.stderr)
                ended += done.returncode < 0
                self.expect_whole()
                self.assertEqual(self.heal(), {CLIENT})
        print(f"figure: file limits: {len(LIMITS)} tried, sapdb ended by {ended} of them, "
              "all healed", flush=True)
        self.assertGreater(ended, 0)


if __name__ == "__main__":
    unittest.main()
