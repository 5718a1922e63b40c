# SPDX-License-Identifier: BSD-2-Clause
"""What a file system may hold after a power cut, built from what was asked of it.

Two kinds of disk:

    STRICT   what POSIX leaves: each write, rename, link, unlink and date by itself is kept
             or not, until its file is synced, or (names) its folder. An exchange of two
             names is one thing.
    JOURNAL  ext4 with a journal, XFS: names, dates and owners are kept in the order in
             which they were changed, up to some point; the sync of anything carries all
             of them that came before. What is written into files has no order here either.

A write may also be kept by half, if it is longer than a sector, or as zeros where it made
the file longer. A cut right before a sync leaves all that a cut between it and the one
before could leave, so these are the only moments that have to be looked at, and the end.

At each moment every subset of up to twelve pending operations is built (as far as the kind
of disk lets them be kept apart). Where more are pending, 10,000 seeded samples are, and
every subset of those of the map's own folder, if these are twelve or fewer.
"""

import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

EXHAUSTIVE = 12  # pending operations of which every subset is built
SECTOR = 512
LOST, KEPT, HALF, ZEROS = range(4)
Names = dict[str, int | None]
Choice = tuple[int, ...]


class Kind(Enum):
    STRICT = "strict"
    JOURNAL = "journal"


@dataclass
class Operation:
    """`file`: what was written, dated or synced; `names`: what they name now."""
    what: str  # write, size, stamp, names, sync, nothing
    file: int = 0
    at: int = 0
    data: bytes = b""
    stamp: tuple = ()
    names: Names = field(default_factory=dict)
    folder: str = ""

    def is_data(self) -> bool:
        return self.what in ("write", "size")

    def folders(self) -> set[str]:
        return {str(Path(name).parent) for name in self.names}


@dataclass
class File:
    data: bytes = b""
    stamp: dict = field(default_factory=dict)  # what of mtime, owner, mode was set


@dataclass
class Disk:
    names: dict[str, int]
    files: dict[int, File]

    def copy(self) -> "Disk":
        return Disk(dict(self.names),
                    {number: File(one.data, dict(one.stamp)) for number, one in self.files.items()})

    def apply(self, one: Operation, kept: int = KEPT) -> None:
        if kept == LOST or one.what in ("sync", "nothing"):
            return
        if one.what == "names":
            for name, number in one.names.items():
                if number is None:
                    self.names.pop(name, None)
                else:
                    self.names[name] = number
                    self.files.setdefault(number, File())
            return
        file = self.files.setdefault(one.file, File())
        if one.what == "write":
            file.data = written(file.data, one, kept)
        elif one.what == "size":
            file.data = file.data[:one.at].ljust(one.at, b"\0")
        else:
            file.stamp |= dict([one.stamp])

    def content(self, name: str) -> bytes | None:
        return self.files[self.names[name]].data if name in self.names else None

    def key(self) -> frozenset:
        """Equal for disks that nobody can tell apart."""
        return frozenset((name, number, self.files[number].data,
                          frozenset(self.files[number].stamp.items()))
                         for name, number in self.names.items())


def written(data: bytes, one: Operation, kept: int) -> bytes:
    new = one.data
    if kept == HALF:
        new = new[:max(len(new) // 2 // SECTOR, 1) * SECTOR]
    elif kept == ZEROS:
        old = data[one.at:one.at + len(new)]
        new = old + bytes(len(new) - len(old))
    return data[:one.at].ljust(one.at, b"\0") + new + data[one.at + len(new):]


def carries(sync: Operation, one: Operation, kind: Kind) -> bool:
    """Whether the sync makes an earlier operation durable."""
    if kind is Kind.JOURNAL and not one.is_data():
        return True
    if one.what == "names":
        return sync.folder in one.folders()
    return not sync.folder and sync.file == one.file


def instants(done: list[Operation], kind: Kind) -> Iterator[tuple[int, list[int]]]:
    """(cut, what is not durable yet), right before each sync and at the end."""
    pending: list[int] = []
    for i, one in enumerate(done):
        if one.what == "nothing":
            continue
        if one.what != "sync":
            pending.append(i)
            continue
        yield i, list(pending)
        pending = [j for j in pending if not carries(one, done[j], kind)]
    yield len(done), list(pending)


class Choices:
    """Which of the pending operations are kept, and how."""

    def __init__(self, start: Disk, done: list[Operation], kind: Kind, near: str,
                 rng: random.Random):
        """`near`: the folder of which every subset is wanted where too many are pending."""
        self.done, self.kind, self.near, self.rng = done, kind, near, rng
        names = [start.names, *(one.names for one in done)]
        self.numbered = {number for some in names for name, number in some.items()
                         if str(Path(name).parent) == near}

    def is_near(self, i: int) -> bool:
        one = self.done[i]
        return self.near in one.folders() if one.what == "names" else one.file in self.numbered

    def options(self, i: int) -> tuple[int, ...]:
        one = self.done[i]
        if one.what != "write":
            return KEPT, LOST
        return (KEPT, LOST, ZEROS) if len(one.data) <= SECTOR else (KEPT, LOST, ZEROS, HALF)

    def frames(self, pending: list[int]) -> list[dict[int, int]]:
        """What of it has an order: in a journal the first so many that are no data."""
        if self.kind is Kind.STRICT:
            return [{}]
        ordered = [i for i in pending if not self.done[i].is_data()]
        return [{i: KEPT if at < upto else LOST for at, i in enumerate(ordered)}
                for upto in range(len(ordered) + 1)]

    def of(self, pending: list[int], samples: int) -> Iterator[Choice]:
        """Halves and zeros are all built where that makes no more than `samples`, and are
        drawn in so many elsewhere."""
        frames = self.frames(pending)
        few = len(pending) <= EXHAUSTIVE
        chosen = pending if few else [i for i in pending if self.is_near(i)]
        free = [i for i in chosen if i not in frames[0]]
        options = [self.options(i) for i in free]
        whole = len(frames) * math.prod(map(len, options)) <= samples
        if len(free) <= EXHAUSTIVE:
            for frame in frames:
                ways = options if whole else [(KEPT, LOST)] * len(free)
                for picked in itertools.product(*ways):
                    yield self.draw(pending, frame | dict(zip(free, picked)))
        if not (few and whole):
            for _ in range(samples):
                yield self.draw(pending, self.rng.choice(frames))

    def draw(self, pending: list[int], fixed: dict[int, int]) -> Choice:
        return tuple(fixed[i] if i in fixed else self.rng.choice(self.options(i))
                     for i in pending)


def states(start: Disk, done: list[Operation], choices: Choices, samples: int, since: int = 0
           ) -> Iterator[tuple[int, Disk]]:
    """(cut, what it leaves), of the cuts from `since` on."""
    for cut, pending in instants(done, choices.kind):
        if cut < since:
            continue
        first = pending[0] if pending else cut
        base = start.copy()
        for one in done[:first]:
            base.apply(one)
        for choice in choices.of(pending, samples):
            kept = dict(zip(pending, choice))
            disk = base.copy()
            for i in range(first, cut):
                disk.apply(done[i], kept.get(i, KEPT))
            yield cut, disk
