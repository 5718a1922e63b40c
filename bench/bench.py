# SPDX-License-Identifier: BSD-2-Clause
"""bench - what a workload is given: how much to do, where, and the built programs."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

Amount = TypeVar("Amount")


@dataclass
class Bench:
    short: bool
    folder: Path  # on the disk that is measured
    memory: Path  # where /run would be
    built: Path = field(default_factory=lambda: Path(os.environ["SAP_BENCH"]))
    started: float = field(default_factory=time.monotonic)

    def pick(self, full: Amount, short: Amount) -> Amount:
        """How much of it: in a full run, in a short one."""
        return short if self.short else full

    def say(self, text: str) -> None:
        """Progress, for whoever watches."""
        print(f"  [{time.monotonic() - self.started:4.0f} s] {text}", file=sys.stderr, flush=True)

    def program(self, name: str) -> str:
        return str(self.built / name)

    def output(self, *command: str | Path, env: dict[str, str] | None = None,
               quiet: bool = False) -> str:
        """What it printed; its complaints go where ours go, unless it is `quiet`."""
        return subprocess.run([str(word) for word in command], check=True, text=True, env=env,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL if quiet else None).stdout

    def log_in(self, program: str, place, *arguments: str, quiet: bool = False) -> str:
        """One of the programs that make PAM logins, on a host whose timer works."""
        place.timer_has_run()
        return self.output(self.program(program), place.services, *arguments,
                           env=self.environment(place), quiet=quiet)

    def environment(self, place) -> dict[str, str]:
        return os.environ | self.log() | self.listing(place)

    def log(self) -> dict[str, str]:
        """The log lines of all ways go to a file, not into this machine's log."""
        return {"LD_PRELOAD": os.environ["SAP_LOG_CATCHER"],
                "LOG_CATCHER": str(self.memory / "log")}

    def listing(self, place) -> dict[str, str]:
        """What the way `loaded` has to know."""
        return {"LISTING_OBJECT": self.program("peers/listing_1999_loaded.so"),
                "LISTING_TABLE": str(place.a_table), "LISTING_STAMPS": str(place.stamps)}

    def drive(self, place, rounds: int, block: int, *ways: str) -> dict[str, list[float]]:
        """Logins in turn; service -> microseconds of each."""
        printed = self.log_in("drive", place, str(rounds), str(block), *ways)
        return by_name(printed, lambda text: int(text) / 1000)


def by_name(printed: str, value: Callable[[str], float]) -> dict[str, list[float]]:
    """Lines of a name, a blank and a number."""
    found: dict[str, list[float]] = {}
    for line in printed.splitlines():
        name, text = line.split(" ")
        found.setdefault(name, []).append(value(text))
    return found
