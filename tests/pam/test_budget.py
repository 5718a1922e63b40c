# SPDX-License-Identifier: BSD-2-Clause
"""A known client's login stays within a budget of instructions.

Counted by callgrind, so that the machine's mood plays no part: a run with twice as many
logins minus one with as many as stands below, divided; then the same stack without us
is subtracted. What is left is our share: loading the module, settings, lease, seal.

Measured with gcc 12 and -O2 on Debian 12 (libc 2.36, Linux-PAM 1.5.2): MEASURED. The
budget is a tenth above. Whoever needs more has to say so here; whoever gets by with less
lowers the figure: the test fails for that, too.
"""

import os
import re
import shutil
import subprocess
import unittest

from cli import table
from guest.sanitized import not_under_a_sanitizer
from pam import daemon
from pam.daemon import CLIENT, SUCCESS, Daemon

MEASURED = 117_400
BUDGET = MEASURED * 110 // 100
SUSPICIOUS = MEASURED // 2  # so little that it can't have done its work
LOGINS = 20
PLAIN = {"MALLOC_PERTURB_": "0"}  # meson sets it, and malloc fills what it gives
STACK = "session required pam_permit.so"


@unittest.skipUnless(shutil.which("valgrind"), "needs valgrind")
class Budget(unittest.TestCase):
    def setUp(self):
        not_under_a_sanitizer("its checks are instructions, too")
        self.daemon = Daemon(f"{STACK}\nsession optional OURS")
        self.addCleanup(self.daemon.close)
        self.daemon.write_service("without", STACK)
        table.make(self.daemon.place.map, {"198.51.100": "REJECT"})
        self.daemon.place.ready()

    def count(self, service: str, logins: int) -> int:
        """Instructions of a process that makes so many logins."""
        self.daemon.service = service
        out = self.daemon.place.root / f"callgrind.{service}.{logins}"
        command = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}",
                   *self.daemon.command(f"repeat={logins}", *daemon.opening())]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=100,
                              stdin=subprocess.DEVNULL, env=os.environ | PLAIN,
                              **self.daemon.place.who())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(set(daemon.values_of(done.stdout)), {SUCCESS})
        found = re.search(r"^(?:summary|totals): (\d+)", out.read_text(encoding="utf-8"),
                          flags=re.MULTILINE)
        self.assertIsNotNone(found)
        return int(found[1])

    def of_a_login(self, service: str) -> int:
        return (self.count(service, 2 * LOGINS) - self.count(service, LOGINS)) // LOGINS

    def test_a_known_client(self):
        self.daemon.run(*daemon.opening())
        self.assertEqual(self.daemon.place.where(CLIENT), "active")
        before = self.daemon.place.inode()
        ours = self.of_a_login("imap") - self.of_a_login("without")
        self.assertEqual(self.daemon.place.inode(), before, "that was no known client")
        print(f"\na known client's login: {ours} instructions of ours, budget {BUDGET}")
        self.assertLessEqual(ours, BUDGET)
        self.assertGreater(ours, SUSPICIOUS)


if __name__ == "__main__":
    unittest.main()
