# SPDX-License-Identifier: BSD-2-Clause
"""The module under valgrind: no use of what was never written or is gone.

A guest that reads past its bounds takes a mail daemon with it. Skipped where there is
no valgrind.
"""

import shutil
import subprocess
import unittest
from pathlib import Path

from cli import table
from guest.sanitized import not_under_a_sanitizer
from pam import daemon
from pam.daemon import CLIENT, Daemon

SUPPRESSIONS = Path(__file__).parents[1] / "guest/valgrind.supp"
ALL = ("start", "rhost=" + CLIENT, "auth", "setcred=2", "acct", "open", "close", "end")


@unittest.skipUnless(shutil.which("valgrind"), "needs valgrind")
class Memory(unittest.TestCase):
    def setUp(self):
        not_under_a_sanitizer("valgrind cannot run it")
        self.daemon = Daemon("auth optional OURS debug\naccount optional OURS debug\n"
                             "session optional OURS debug", wait="1ms")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        table.make(self.place.map, {"192.0.2.60": "REJECT", "198.51.100": "RELAY"})
        shutil.copy(SUPPRESSIONS, self.place.root)
        self.place.ready()

    def check(self, *steps: str) -> None:
        command = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=no",
                   f"--suppressions={self.place.root / SUPPRESSIONS.name}",
                   *self.daemon.command(*steps)]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/",
                              stdin=subprocess.DEVNULL, timeout=100, **self.place.who())
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_new_known_and_settled(self):
        self.check(*ALL, *ALL)
        self.assertEqual(self.place.where(CLIENT), "active")
        self.check(*daemon.opening("192.0.2.60"), *daemon.opening("198.51.100.1"))

    def test_a_table_that_is_left_to_sapdb(self):
        self.check(*daemon.opening())
        (self.place.run / "seal").unlink()
        self.check(*daemon.opening("192.0.2.8"), *daemon.opening())
        self.assertEqual(self.place.leases("pending"), {"192.0.2.8", CLIENT})

    def test_odd_remote_hosts(self):
        for rhost in ("", "x" * 4096, "[::1", "\x01\n%", "2001:db8::1", "::ffff:1.2.3.4", "%", ";"):
            with self.subTest(rhost[:10]):
                self.check(*daemon.opening(rhost))

    def test_a_queue_that_is_stuck(self):
        self.place.map.parent.chmod(0o555)
        self.place.add_lease("pending", "192.0.2.9", age=30)
        self.check(*daemon.opening(), *daemon.opening("192.0.2.60"))

    def test_trouble(self):
        self.place.map.write_text("text")
        self.check(*daemon.opening(), *daemon.opening("192.0.2.9"))

    def test_junk_in_the_queue(self):
        self.place.add_lease("pending", "192.0.2.9")
        (self.place.state / "pending" / "192.0.2.10").write_text("")
        (self.place.state / "pending" / ("x" * 255)).write_text("junk")
        (self.place.state / "pending" / "folder").mkdir()
        self.place.own()
        self.check(*daemon.opening())


if __name__ == "__main__":
    unittest.main()
