# SPDX-License-Identifier: BSD-2-Clause
"""Killed at every instant: what changes leases or the table dies at each system call.

SIGKILL in front of each call from the first line of the settings on, and behind each that
changes anything (behind all others the next one's front is the same instant: one
process, one thread). Then: the table is whole and the administrator's records are all in
it; the next run of the timer puts the rest right (race/scene.py says what that is) and
leaves no stray file.
"""

import os
import unittest

from faults import injected
from faults.first_run import FirstRun
from faults.works import (Block, Commit, Expiry, Grant, Insert, Rebuild,
                          RebuildOfCompiled, Reconcile, Renewal, Work)

MANY_FAULTS = 5
FEW = 5  # calls more or less in another run: of libdb's memory
READS = {
    "access", "brk", "clock_gettime", "fcntl", "fcntl_fd", "faccessat2", "fgetxattr", "flistxattr",
    "fstat", "fstatfs", "getdents64", "getegid", "geteuid", "getpid", "getrandom", "lseek",
    "mmap", "mprotect", "munmap", "newfstatat", "pread64", "read", "readlink", "socket",
    "connect", "ioctl",
}


class Kills(unittest.TestCase):
    """The classes below are run side by side."""

    def setUp(self):
        self.failed = 0

    def start(self, kind: type[Work], spare: bool, table: str) -> Work:
        work = kind(spare, table)
        self.addCleanup(work.close)
        return work

    def attempt(self, work: Work, n: int, action: str) -> tuple[str, list[str]]:
        """The name of the call, "" for none; and what is wrong."""
        work.set_up()
        killed = work.run(n, action)
        faults = work.faults_now()
        if killed.name and not injected.was_killed(killed):
            faults.append(f"it ended with {killed.status}, not by our signal")
        work.settle()
        if not killed.name and not work.is_done():
            faults.append(f"left alone it does not do its work: {killed.err}")
        return killed.name, faults + work.heal()

    def run_all(self, kind: type[Work], spare: bool, table: str) -> tuple[int, int]:
        """Every instant; returns how many calls and instants there were."""
        work = self.start(kind, spare, table)
        calls = len(work.calls())
        n = instants = beyond = 0
        while beyond < 2 and self.failed < MANY_FAULTS:
            n += 1
            name = ""
            for action in ("before", "behind"):
                if action == "behind" and (not name or name in READS):
                    continue
                with self.subTest(kind.label, spare=spare, table=table, n=n, action=action):
                    name, faults = self.attempt(work, n, action)
                    instants += bool(name)
                    if faults:
                        self.failed += 1
                        work = self.start(kind, spare, table)
                        self.fail(f"{action} {name or 'its end'}: " + "; ".join(faults))
            beyond = 0 if name else beyond + 1
        self.assertAlmostEqual(n - beyond, calls, delta=FEW + kind.wanders)
        return calls, instants

    def check(self, kind: type[Work], table: str = "hash"):
        in_turn = (True, False) if kind.has_spares and table == "hash" else (False,)
        for spare in in_turn:
            if spare and os.geteuid() != 0:
                continue  # only root keeps spares
            calls, instants = self.run_all(kind, spare, table)
            print(f"\nfigure: kills: {kind.label}, {table}, {'a' if spare else 'no'} spare: "
                  f"{calls} calls, {instants} instants tried, {self.failed} faults")


class Login(Kills):
    def test_grant(self):
        self.check(Grant)

    def test_renewal(self):
        self.check(Renewal)


class Service(Kills):
    def test_commit(self):
        self.check(Commit)

    def test_reconcile(self):
        self.check(Reconcile)


class Timer(Kills):
    def test_expiry(self):
        self.check(Expiry)


class Administrator(Kills):
    def test_insert(self):
        self.check(Insert)


class Blocking(Kills):
    def test_block(self):
        self.check(Block)


class Beginner(Kills):
    def test_first_run(self):
        self.check(FirstRun)


class Compiled(Kills):
    """All of it of a text."""

    def test_rebuild(self):
        self.check(Rebuild)

    def test_rebuild_in_place(self):
        self.check(RebuildOfCompiled, "lmdb")


class InPlace(Kills):
    """A table that is changed in place."""

    def test_grant(self):
        self.check(Grant, "lmdb")

    def test_insert(self):
        self.check(Insert, "lmdb")

    def test_commit(self):
        self.check(Commit, "lmdb")

    def test_expiry(self):
        self.check(Expiry, "lmdb")

    def test_reconcile(self):
        self.check(Reconcile, "lmdb")


if __name__ == "__main__":
    unittest.main()
