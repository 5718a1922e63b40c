# SPDX-License-Identifier: BSD-2-Clause
"""Thousands of damaged tables: sapdb refuses them in words or works with them.

It never dies of one, whatever becomes of the child that looks first (db-tool/trial.h),
and never hangs. What it refuses stays as it was, byte for byte; what it accepts keeps
the administrator's records. Logins do not look into any (pam/test_damaged).

SAP_FUZZ_TABLES: how many of each kind. SAP_FUZZ_SEED: other ones.
"""

import os
import subprocess
import time
import unittest
from collections import Counter

from cli import table
from guest.sanitized import Reports
from hostile.mutations import Mutations
from pam import daemon
from pam.daemon import CLIENT, Daemon

COUNT = int(os.environ.get("SAP_FUZZ_TABLES", "1000"))
SEED = int(os.environ.get("SAP_FUZZ_SEED", "1999"))
SECONDS = 40.0  # the child's half minute, and a busy machine
ONE_LOGIN_IN = 20
ONE_COMMIT_IN = 3
TIB = 1 << 40
LEASE = "198.51.100.1"
BIG = {f"big{i}": f"550 {'x' * 9000}{i}" for i in range(6)}
SMALL = {f"10.{i // 250}.{i % 250}": f"550 reason {i}" for i in range(400)}


def verdict_of(done: subprocess.CompletedProcess) -> str:
    if done.returncode == 0:
        return "accepted"
    return "crashed" if b"crashed" in done.stderr else \
        "endless" if b"no end" in done.stderr else "refused"


class Tables(unittest.TestCase):
    KIND = "hash"

    def setUp(self):
        self.daemon = Daemon(like_us=True, wait="0", below="/var/tmp")
        self.addCleanup(self.daemon.close)
        self.place = self.daemon.place
        self.place.configure(map=f"{self.KIND}:{self.place.map}")
        table.make(self.place.map, SMALL | BIG, kind=self.KIND)
        self.place.add_lease("active", LEASE)
        self.place.ready()
        # Pages on the free list.
        self.assertEqual(self.place.sapdb("delete", "big0", "big1").returncode, 0)
        self.sound = self.place.map.read_bytes()
        self.reports = Reports(self.place.root / "reports")
        self.reports.folder.mkdir()
        self.place.own(self.reports.folder)
        self.slowest = 0.0

    def run_sapdb(self, *arguments: str) -> subprocess.CompletedProcess:
        started = time.monotonic()
        done = self.place.sapdb(*arguments, text=False, env=self.reports.environment())
        took = time.monotonic() - started
        self.slowest = max(self.slowest, took)
        self.assertLess(took, SECONDS)
        self.assertIn(done.returncode, (0, 3), "it died, or said nothing")
        self.assertEqual(done.stderr.count(b"\n"), 1 if done.returncode == 3 else 0, done.stderr)
        return done

    def statics(self, listed: bytes) -> set[bytes]:
        return {line for line in listed.splitlines() if not line.startswith(LEASE.encode())}

    def put(self, content: bytes) -> None:
        self.place.map.write_bytes(content)
        for folder in ("pending", "deferred"):
            (self.place.state / folder / CLIENT).unlink(missing_ok=True)

    def judge(self, content: bytes, changing: bool) -> str:
        """What came of it, in one word; `changing`: of a commit, too."""
        listed = self.run_sapdb("list")
        self.assertEqual(self.place.map.read_bytes(), content, "list changed it")
        return self.change(listed, content) if changing else verdict_of(listed)

    def change(self, listed: subprocess.CompletedProcess, content: bytes) -> str:
        inode = self.place.inode()
        expired = self.run_sapdb("expire")
        if expired.returncode == 3:
            self.assertEqual((self.place.map.read_bytes(), self.place.inode()),
                             (content, inode), "refused, and changed")
            self.assertEqual(self.place.beside(), [])
        elif listed.returncode == 0:
            after = self.run_sapdb("list")
            self.assertEqual(self.statics(listed.stdout), self.statics(after.stdout))
            self.assertIn(LEASE.encode() + b"\tRELAY", after.stdout.splitlines())
        return verdict_of(expired)

    def log_in(self, content: bytes) -> None:
        (self.place.run / "complaint-map").unlink(missing_ok=True)
        said = self.daemon.run(*daemon.opening())
        self.assertEqual(set(said.values), {daemon.SUCCESS})
        self.assertEqual(self.place.map.read_bytes(), content, "the login changed it")
        self.assertNotEqual(self.place.where(CLIENT), "active")

    def test_mutated_files(self):
        found: Counter[str] = Counter()
        for number, (label, content) in enumerate(
                Mutations(self.sound, self.KIND, SEED).all(COUNT)):
            if content == self.sound:
                continue
            with self.subTest(label, number=number, seed=SEED):
                self.put(content)
                if number % ONE_LOGIN_IN == 0:
                    self.log_in(content)
                    self.put(content)
                changing = number % ONE_COMMIT_IN == 0
                found["changed"] += changing
                found[self.judge(content, changing)] += 1
        changed = found.pop("changed")
        many = found.total()
        print(f"figure: damaged tables: {many} mutated files of type {self.KIND} (seed {SEED}), "
              f"{found['accepted']} accepted, {found['refused']} refused, {found['crashed']} "
              f"crashed the child, {found['endless']} never ended, {changed} given to a "
              f"commit; sapdb died of 0, the longest took {self.slowest:.1f} s")
        self.assertEqual(self.reports.not_of_the_library("touch "), [])
        # It would show nothing if all were of one kind.
        self.assertGreater(found["accepted"], many // 50)
        self.assertGreater(found["refused"], many // 4)

    def test_a_huge_sparse_file(self):
        with self.place.map.open("r+b") as file:
            try:
                file.truncate(TIB)
            except OSError as error:
                self.skipTest(f"no such file here: {error}")
        for command in ("list", "expire", "commit"):
            with self.subTest(command):
                self.place.add_lease("pending", CLIENT)
                done = self.run_sapdb(command)
                self.assertEqual(self.place.map.stat().st_size, TIB)
                self.assertEqual(self.place.beside(), [])
                if self.KIND != "lmdb":  # to which room behind its pages is nothing odd
                    self.assertEqual(done.returncode, 3)
        print(f"figure: damaged tables: a sparse {self.KIND} file of 1 TiB, the longest of "
              f"list, expire and commit took {self.slowest:.1f} s")
        self.assertLess(self.place.map.stat().st_blocks * 512, 64 << 20)


class TablesOfBtree(Tables):
    KIND = "btree"


class TablesOfLmdb(Tables):
    KIND = "lmdb"


if __name__ == "__main__":
    unittest.main()
