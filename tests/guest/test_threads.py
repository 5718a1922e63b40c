# SPDX-License-Identifier: BSD-2-Clause
"""Threads of one process with a handle each do not get in each other's way.

In a build with -fsanitize=thread a race ends the process, and that is a failure here;
elsewhere what they did is looked at: answers, leases, records.
"""

import os
import shutil
import unittest
from pathlib import Path

from cli import table
from guest.sanitized import is_on
from pam import daemon
from pam.daemon import CLIENT, SUCCESS, Daemon

THREADS = 4
NEW = 30  # handles of each thread, each with an address of its own
KNOWN = 1000
SUPPRESSIONS = Path(__file__).with_name("thread_sanitizer.supp")
OPTIONS = "halt_on_error=1 exitcode=66"
WITH_A_THREAD_SANITIZER = is_on("thread")


class Threads(unittest.TestCase):
    KIND = "hash"

    def setUp(self):
        self.daemon = Daemon("auth optional OURS\nauth required pam_permit.so\n"
                             "account optional OURS\naccount required pam_permit.so\n"
                             "session optional OURS", wait="10s")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        self.place.configure(map=f"{self.KIND}:{self.place.map}")
        table.make(self.place.map, {"192.0.2.60": "REJECT"}, kind=self.KIND)
        self.place.ready()
        shutil.copy(SUPPRESSIONS, self.place.root)
        options = f"{OPTIONS} suppressions={self.place.root / SUPPRESSIONS.name}"
        plain = self.daemon.environment
        self.daemon.environment = lambda: plain() | {"TSAN_OPTIONS": options}

    def log_in(self, handles: int, *calls: str) -> list[daemon.Line]:
        said = self.daemon.run(f"threads={THREADS}", f"repeat={handles}", "start", *calls,
                               "end")
        self.assertEqual(set(said.values), {SUCCESS})
        looked = "no race reported" if WITH_A_THREAD_SANITIZER else "no answer wrong"
        print(f"\nfigure: threads: {THREADS} threads, {handles} handles each ({self.KIND}), "
              f"{looked}")
        return said.log

    def test_new_clients(self):
        log = self.log_in(NEW, "rhost=#", "open", "close")
        self.assertEqual(len(daemon.openings(log)), THREADS * NEW, log)
        self.assertEqual(len(log), THREADS * NEW, log)
        self.assertEqual(len(table.opened(self.place.map)), THREADS * NEW)
        self.assertEqual(len(self.place.leases("active")), THREADS * NEW)
        self.assertEqual(table.faults(self.place.map), "")

    def test_one_new_client(self):
        """All of them at once from the same address."""
        log = self.log_in(NEW, f"rhost={CLIENT}", "open", "close")
        self.assertEqual(len(daemon.openings(log)), 1, log)
        self.assertEqual(table.opened(self.place.map), {CLIENT})

    def test_a_known_client_by_all_hooks(self):
        self.daemon.run(*daemon.opening())
        before = self.place.inode()
        log = self.log_in(KNOWN, f"rhost={CLIENT}", "auth", "setcred=2", "acct", "open",
                          "close")
        self.assertEqual((log, self.place.inode()), ([], before))

    def test_a_table_that_is_gone(self):
        self.place.configure(wait="0")
        self.place.map.unlink()
        log = self.log_in(NEW, "rhost=#", "open", "close")
        # Two who find it gone at the same moment may both say so.
        self.assertLessEqual(len(log), THREADS, log)
        self.assertGreater(len(log), 0)


class ThreadsOnLmdb(Threads):
    KIND = "lmdb"


@unittest.skipUnless(WITH_A_THREAD_SANITIZER, "needs a build with -Db_sanitize=thread")
class Sanitizer(unittest.TestCase):
    def test_a_race_of_the_login_program_is_reported(self):
        """The proof that it would be seen."""
        case = Daemon()
        self.addCleanup(case.close)
        case.environment = lambda: os.environ | {"TSAN_OPTIONS": OPTIONS}
        with self.assertRaisesRegex(AssertionError, "ThreadSanitizer: data race"):
            case.run("threads=2", "repeat=1000", "race")


if __name__ == "__main__":
    unittest.main()
