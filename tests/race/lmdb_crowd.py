# SPDX-License-Identifier: BSD-2-Clause
"""The crowd at an LMDB table, which is changed in place by all who change it."""

import os
import random
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from race.crowd import Crowd
from race.rebuilders import pairs

PATIENCE = 30
PAUSE_US = 150000  # at most, from a transaction's begin to its lock: as on a busy machine


class PostmapLmdb:
    """postmap's way, as lmdb_rebuild does it; it never fails."""

    def __init__(self, path: Path, statics: dict[bytes, bytes]):
        pause = random.randrange(PAUSE_US)
        self.process = subprocess.Popen(
            [os.environ["SAP_LMDB_REBUILD"], str(path), str(pause), *pairs(statics)])

    def succeeded(self) -> bool:
        if self.process.wait(PATIENCE) != 0:
            raise AssertionError(f"a rebuild ended with {self.process.returncode}")
        return True


class LmdbCrowd(Crowd):
    """`strange`: look-ups that failed while nobody made the table anew."""
    KIND = "lmdb"
    READERS = ("postfix",) * 4
    TALLY = ("openings", "lookups", "missing", "broken", "died", "strange")

    def __init__(self, rebuild: type[PostmapLmdb] | None, with_us: bool = True):
        self.spans: list[tuple[float, float]] = []  # of the rebuilds
        super().__init__(rebuild, with_us)

    def _rebuild(self, wanted: dict[bytes, bytes]) -> bool:
        begin = time.monotonic()
        done = super()._rebuild(wanted)
        self.spans.append((begin, time.monotonic()))
        return done

    def _reader(self, kind: str, seconds: int, keys: Sequence[str]) -> subprocess.Popen:
        return subprocess.Popen(
            [os.environ["SAP_LMDB_READER"], str(self.table), str(seconds), *keys],
            stdout=subprocess.PIPE, text=True)

    def count_reader(self, kind: str, said: str) -> None:
        tally, *instants = said.splitlines()
        super().count_reader(kind, f"{tally} 0")
        self.instants += map(float, instants)

    def run(self, seconds: int) -> None:
        self.instants: list[float] = []
        super().run(seconds)
        self.figures["postfix strange"] += sum(
            not any(begin <= instant <= end for begin, end in self.spans)
            for instant in self.instants)
