# SPDX-License-Identifier: BSD-2-Clause
"""rows - what a workload hands back: rows of the table, and curves.

A workload is a module with NAME ("known"), TITLE (one line) and `run(bench) -> Result`.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

Point = tuple[float, float]


@dataclass(frozen=True)
class Row:
    """One line of the table: ours, each peer, the ratio of ours to A, the bar."""
    workload: int
    what: str
    unit: str
    ours: float | None
    peers: dict[str, float | str] = field(default_factory=dict)  # a word: it failed
    bar: str = ""
    met: bool | None = None  # None: no bar, or it could not be measured
    note: str = ""

    def ratio(self, peer: str = "A") -> float | None:
        """Ours divided by the peer's."""
        theirs = self.peers.get(peer)
        if self.ours is None or not isinstance(theirs, (int, float)) or theirs == 0:
            return None
        return self.ours / theirs


@dataclass(frozen=True)
class Plot:
    """A picture in docs/performance/NAME.svg."""
    name: str
    title: str
    x_label: str
    y_label: str
    series: dict[str, list[Point]]  # label of the curve -> its points
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True)
class Result:
    rows: list[Row]
    plots: list[Plot] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # sentences for the report


class Workload(Protocol):
    """A module that has these."""
    NAME: str
    TITLE: str

    def run(self, bench: Any) -> Result: ...
