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
the file longer. A cut right
before a sync leaves all that a cut between it and the one before could leave, so these
are the only instants that have to be looked at, and the end.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

EXHAUSTIVE = 12  # pending operations of which every subset is built
MOST = 4096      # states of one instant beyond which halves are left to the samples
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

    def __init__(self, done: list[Operation], kind: Kind, near: str, rng: random.Random):
        """`near`: the folder of which every subset is wanted; of others it is drawn."""
        self.done, self.kind, self.near, self.rng = done, kind, near, rng
        self.numbered = {one.file for one in done if any(
            near in other.folders() and one.file in other.names.values() for other in done)}

    def is_near(self, i: int) -> bool:
        one = self.done[i]
        return self.near in one.folders() if one.what == "names" else one.file in self.numbered

    def options(self, i: int) -> tuple[int, ...]:
        one = self.done[i]
        if one.what != "write":
            return KEPT, LOST
        return (KEPT, LOST, ZEROS) if len(one.data) <= SECTOR else (KEPT, LOST, ZEROS, HALF)

    def every(self, pending: list[int]) -> Iterator[Choice]:
        """All of the near ones; nothing when there are too many."""
        if self.kind is Kind.JOURNAL:
            yield from self.every_prefix(pending)
            return
        near = [i for i in pending if self.is_near(i)]
        if len(near) > EXHAUSTIVE:
            return
        for chosen in self.product(near):
            picked = dict(zip(near, chosen))
            yield tuple(picked.get(i, self.draw(i)) for i in pending)

    def product(self, near: list[int]) -> Iterator[Choice]:
        whole = [self.options(i) for i in near]
        count = 1
        for one in whole:
            count *= len(one)
        return itertools.product(*(whole if count <= MOST else [(KEPT, LOST)] * len(near)))

    def every_prefix(self, pending: list[int]) -> Iterator[Choice]:
        data = [i for i in pending if self.done[i].is_data()]
        near = [i for i in data if self.is_near(i)]
        if len(near) > EXHAUSTIVE:
            return
        for upto in range(len(pending) - len(data) + 1):
            for chosen in self.product(near):
                yield self.prefix(pending, upto, dict(zip(near, chosen)))

    def prefix(self, pending: list[int], upto: int, picked: dict[int, int]) -> Choice:
        """The first `upto` that are no data, of the data what is picked."""
        ordered = [i for i in pending if not self.done[i].is_data()][:upto]
        return tuple(picked.get(i, self.draw(i)) if self.done[i].is_data()
                     else (KEPT if i in ordered else LOST) for i in pending)

    def draw(self, i: int) -> int:
        return self.rng.choice(self.options(i))

    def sample(self, pending: list[int]) -> Choice:
        if self.kind is Kind.JOURNAL:
            others = sum(not self.done[i].is_data() for i in pending)
            return self.prefix(pending, self.rng.randint(0, others), {})
        return tuple(map(self.draw, pending))


def states(start: Disk, done: list[Operation], choices: Choices, samples: int
           ) -> Iterator[tuple[int, Disk]]:
    """(cut, what it leaves): every subset where few are pending, and so many samples over
    all instants."""
    moments = list(instants(done, choices.kind))
    for cut, pending in moments:
        first = pending[0] if pending else cut
        base = start.copy()
        for one in done[:first]:
            base.apply(one)
        for choice in itertools.chain(choices.every(pending), (
                choices.sample(pending) for _ in range(samples // len(moments)))):
            kept = dict(zip(pending, choice))
            disk = base.copy()
            for i in range(first, cut):
                disk.apply(done[i], kept.get(i, KEPT))
            yield cut, disk
