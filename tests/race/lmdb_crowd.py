# SPDX-License-Identifier: BSD-2-Clause
"""The crowd at an LMDB table, which is changed in place by all who change it."""

import os
import random
import subprocess
from collections.abc import Sequence
from pathlib import Path

from race.crowd import Crowd
from race.rebuilders import pairs

PATIENCE = 30
PAUSE_US = 20000  # at most, from a transaction's begin to its lock


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
    KIND = "lmdb"
    READERS = ("postfix",) * 4
    TALLY = ("openings", "lookups", "missing", "broken")

    def _reader(self, kind: str, seconds: int, keys: Sequence[str]) -> subprocess.Popen:
        return subprocess.Popen(
            [os.environ["SAP_LMDB_READER"], str(self.table), str(seconds), *keys],
            stdout=subprocess.PIPE, text=True)
