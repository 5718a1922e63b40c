# SPDX-License-Identifier: BSD-2-Clause
"""sapdb rebuild again and again, with everybody at work: nobody misses anything.

The readers look up static keys and leased ones, which are in the table throughout, a
thousand times a second and more; who has logged in is open when his login has returned; and
at each standstill all is right before the timer has put anything back.
"""

import os
import subprocess
import unittest
from pathlib import Path

from cli import compilers
from race import crowd_race
from race.crowd import Crowd
from race.lmdb_crowd import LmdbCrowd

SECONDS = 12
RATE = 1000  # look-ups a second


class SapdbRebuild:
    """Not makemap in the table's place: the administrator's command."""

    LABEL = "sapdb rebuild"
    COMPILER = "--makemap"

    def __init__(self, path: Path, statics: dict[bytes, bytes]):
        root = path.parent.parent
        text = root / "access"
        text.write_bytes(b"".join(b"%s\t%s\n" % pair for pair in statics.items()))
        program = root / self.COMPILER.strip("-")
        if not program.exists():
            getattr(compilers, program.name)(root)
        self.done = subprocess.run(
            [os.environ["SAP_SAPDB"], "-c", str(root / "pam_sap.conf"), "rebuild",
             f"{self.COMPILER}={program}", str(text)], capture_output=True, text=True)

    def succeeded(self) -> bool:
        """On a slow machine a flood of logins may keep the lock from it."""
        if self.done.returncode != 0 and "longer than the wait" not in self.done.stderr:
            raise AssertionError(f"{self.done.returncode}: {self.done.stderr}")
        return self.done.returncode == 0


class WithPostmap(SapdbRebuild):
    COMPILER = "--postmap"


class Rebuilt(Crowd):
    """By us: leases are there throughout."""

    def __init__(self, rebuild, with_us: bool = True):
        super().__init__(rebuild, with_us)
        self.is_rebuilt = False


class RebuiltLmdb(LmdbCrowd):
    def __init__(self, rebuild, with_us: bool = True):
        super().__init__(rebuild, with_us)
        self.is_rebuilt = False

    def _rebuild(self, wanted):
        return Crowd._rebuild(self, wanted)


class RebuildRace(crowd_race.Race):
    NEVER: tuple[str, ...] = ()
    REBUILDS = 2  # one has to wait for its turn among the logins

    def check(self, how: type[SapdbRebuild]) -> None:
        figures = self.race(how, seconds=SECONDS)
        for name in ("missing", "broken", "died", *self.NEVER):
            self.assertEqual(self.of_readers(figures, name), 0, name)
        self.assertGreaterEqual(figures["asked for"], figures["logins"])
        lookups = self.of_readers(figures, "lookups")
        print(f"figure: race, {self.CROWD.KIND}, {figures['rebuilds']} rebuilds by sapdb, "
              f"{lookups // figures['seconds']} look-ups a second, 0 missing")
        self.assertGreaterEqual(lookups, RATE * figures["seconds"])


class Hash(RebuildRace):
    CROWD = Rebuilt
    NEVER = ("recycled", "lost")

    def test_readers_miss_nothing(self):
        self.check(SapdbRebuild)


class Lmdb(RebuildRace):
    CROWD = RebuiltLmdb

    def test_readers_miss_nothing(self):
        self.check(WithPostmap)


if __name__ == "__main__":
    unittest.main()
