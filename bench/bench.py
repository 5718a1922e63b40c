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

    def output(self, *command: str | Path, **options) -> str:
        """What it printed; its complaints go where ours go."""
        return subprocess.run([str(word) for word in command], check=True, text=True,
                              stdout=subprocess.PIPE, **options).stdout

    def listing(self, place) -> dict[str, str]:
        """What the way `loaded` has to know."""
        return {"LISTING_OBJECT": self.program("peers/listing_1999_loaded.so"),
                "LISTING_TABLE": str(place.a_table), "LISTING_STAMPS": str(place.stamps)}

    def drive(self, place, rounds: int, block: int, *ways: str) -> dict[str, list[float]]:
        """Logins in turn; service -> microseconds of each."""
        place.timer_has_run()
        printed = self.output(self.program("drive"), place.services, str(rounds), str(block),
                              *ways, env=os.environ | self.listing(place))
        return by_name(printed, lambda text: int(text) / 1000)


def by_name(printed: str, value: Callable[[str], float]) -> dict[str, list[float]]:
    """Lines of a name, a blank and a number."""
    found: dict[str, list[float]] = {}
    for line in printed.splitlines():
        name, text = line.split(" ")
        found.setdefault(name, []).append(value(text))
    return found
