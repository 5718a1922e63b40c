# SPDX-License-Identifier: BSD-2-Clause
"""The crowd at an LMDB table, which is changed in place by all who change it."""

import os
import random
import re
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from race.crowd import Crowd
from race.rebuilders import pairs

PATIENCE = 30
WATCH = 0.02  # seconds between two looks for a commit
OURS = re.compile(r": OFDLCK +ADVISORY +WRITE ")
PAUSE_US = 150000  # at most, from a transaction's begin to its lock: as on a busy machine


class Span(NamedTuple):
    """By CLOCK_MONOTONIC."""
    begin: float
    end: float

    @classmethod
    def read(cls, line: str) -> "Span":
        return cls(*map(float, line.split()))

    def meets(self, other: "Span") -> bool:
        return self.begin <= other.end and other.begin <= self.end


class PostmapLmdb:
    """postmap's way, as lmdb_rebuild does it; it never fails."""

    LABEL = "an imitation of postmap in place"

    def __init__(self, path: Path, statics: dict[bytes, bytes]):
        pause = random.randrange(PAUSE_US)
        self.process = subprocess.Popen(
            [os.environ["SAP_LMDB_REBUILD"], str(path), str(pause), *pairs(statics)],
            stdout=subprocess.PIPE, text=True)

    def succeeded(self) -> bool:
        said = self.process.communicate(timeout=PATIENCE)[0]
        if self.process.returncode != 0:
            raise AssertionError(f"a rebuild ended with {self.process.returncode}")
        self.commit = Span.read(said)
        return True


class LmdbCrowd(Crowd):
    """`strange`: look-ups that failed while no postmap wrote its pages. Between two postmaps
    it is looked whether a commit of ours is under way: so often does one begin in a commit."""
    KIND = "lmdb"
    READERS = ("postfix",) * 4
    TALLY = ("openings", "lookups", "missing", "broken", "died", "strange")

    def __init__(self, rebuild: type[PostmapLmdb] | None, with_us: bool = True):
        self.commits: list[Span] = []  # of the rebuilds
        self.failed: list[Span] = []  # look-ups
        self.may_begin = threading.Event()  # a rebuild
        super().__init__(rebuild, with_us)

    def _actors(self) -> list[Callable[[], None]]:
        return super()._actors() + ([self._watch] if self.rebuild else [])

    def _watch(self) -> None:
        while not self.over.wait(WATCH):
            if self.may_begin.is_set():
                self.figures["looks"] += 1
                self.figures["looks in a commit"] += is_being_changed(self.place.map)

    def _rebuilds(self) -> None:
        self.may_begin.set()
        super()._rebuilds()
        self.may_begin.clear()

    def _rebuild(self, wanted: dict[bytes, bytes]) -> bool:
        assert self.rebuild
        rebuild = self.rebuild(self.table, wanted)
        self.may_begin.clear()
        done = rebuild.succeeded()
        self.commits.append(rebuild.commit)
        self.may_begin.set()
        return done

    def _reader(self, kind: str, seconds: int, keys: Sequence[str]) -> subprocess.Popen:
        return subprocess.Popen(
            [os.environ["SAP_LMDB_READER"], str(self.table), str(seconds), *keys],
            stdout=subprocess.PIPE, text=True)

    def count_reader(self, kind: str, said: str) -> None:
        tally, *failed = said.splitlines()
        super().count_reader(kind, f"{tally} 0")
        self.failed += map(Span.read, failed)

    def run(self, seconds: int) -> None:
        super().run(seconds)
        met = [commit for commit in self.commits if any(map(commit.meets, self.failed))]
        self.figures["postfix strange"] = sum(
            not any(map(failed.meets, met)) for failed in self.failed)
        self.figures["met"] = len(met)
        lengths = [round(1000 * (commit.end - commit.begin)) for commit in met]
        self.figures["mixture ms"] = sum(lengths)
        self.figures["longest ms"] = max(lengths, default=0)


def is_being_changed(path: Path) -> bool:
    """Whether a commit of ours has it: nobody else locks it for an open file."""
    inode = f":{path.stat().st_ino} "
    locks = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    return any(OURS.search(line) and inode in line for line in locks)
