# SPDX-License-Identifier: BSD-2-Clause
"""What the protocol model's processes share: the folders, the map's folder, the lock.

Two client addresses. In each folder a lease is not there, lapsed, from an earlier login, or
fresh: what a process dates in the course of a run is fresh. A world is changed in place by
one step and packed into a tuple, which is what the search remembers.

Beside what is on the disk it has notes of the search itself, which no process looks at: what
was promised to whom.
"""

from operator import attrgetter

ADDRESSES = (0, 1)
NAMES = "AB"
NONE, LAPSED, EARLIER, FRESH = -1, 0, 1, 2
NOBODY = -1

# A table's record of an address.
FREE, OURS, STATIC = "-", "M", "s"
HALF_WRITTEN = -1  # in the place of a build's number

FILE = ("build", "records", "sealed", "same", "marked", "told", "was_table", "writer",
        "readers")
PROCESS = ("kind", "at", "address", "runs", "base", "new", "queue", "ending", "whole",
           "changed", "settle", "due", "count", "n", "put_in", "can_claim")
WORLD = ("path", "copy", "lock", "seal", "note", "watched", "trouble", "kills", "builds",
         "fault")
FOLDERS = ("active", "pending", "deferred", "ending", "settled")
BITS = ("covered", "must", "revoked", "ended_by_hand", "blocked")


class File:
    """An inode that is or was beside the map.

    build      which of the administrator's builds it goes back to, or HALF_WRITTEN
    sealed     the seal speaks of it as it is now
    same       size and date are as when the commit under way looked last
    marked     whoever waits for its lock sees that it is no table any more
    told       it was dated forward: its readers open the path anew
    writer     a makemap that has the exclusive lock
    readers    who has the shared lock, as bits
    """

    __slots__ = FILE
    pack = attrgetter(*FILE)

    def __init__(self, packed: tuple):
        (self.build, self.records, self.sealed, self.same, self.marked, self.told,
         self.was_table, self.writer, self.readers) = packed

    def put(self, address: int, record: str) -> None:
        records = list(self.records)
        records[address] = record
        self.records = "".join(records)


class Process:
    """`at` is the next step's name; the rest is what the kinds of steps remember."""

    __slots__ = PROCESS
    pack = attrgetter(*PROCESS)

    def __init__(self, packed: tuple):
        (self.kind, self.at, self.address, self.runs, self.base, self.new, self.queue,
         self.ending, self.whole, self.changed, self.settle, self.due, self.count, self.n,
         self.put_in, self.can_claim) = packed


DONE = "done"


def fresh_file(build: int, records: str) -> tuple:
    return (build, records, False, False, False, False, False, NOBODY, 0)


def fresh_process(kind: str, address: int = 0, runs: int = 1) -> tuple:
    return (kind, "start", address, runs, NONE, NONE, 0, 0, False, False, 0, 0, 0, 0, NONE,
            False)


class World:
    __slots__ = ("files", *WORLD, *FOLDERS, *BITS, "processes")
    scalars = attrgetter(*WORLD)

    def __init__(self, packed: tuple):
        files, scalars, folders, bits, processes = packed
        self.files = [File(one) for one in files]
        (self.path, self.copy, self.lock, self.seal, self.note, self.watched, self.trouble,
         self.kills, self.builds, self.fault) = scalars
        (self.active, self.pending, self.deferred, self.ending,
         self.settled) = map(list, folders)
        self.covered, self.must, self.revoked, self.ended_by_hand, self.blocked = bits
        self.processes = [Process(one) for one in processes]

    def pack(self) -> tuple:
        self._forget_files()
        return (tuple([File.pack(one) for one in self.files]), World.scalars(self),
                (tuple(self.active), tuple(self.pending), tuple(self.deferred),
                 tuple(self.ending), tuple(self.settled)),
                (self.covered, self.must, self.revoked, self.ended_by_hand, self.blocked),
                tuple([Process.pack(one) for one in self.processes]))

    def _references(self) -> list[int]:
        """Every file that anybody can still name or has open, in a fixed order."""
        found = [self.path, self.copy, *(self.note or ())]
        for process in self.processes:
            found += (process.base, process.new, process.put_in)
        return found

    def _forget_files(self) -> None:
        """So that worlds that differ in nothing but history are one."""
        number = {NONE: NONE}
        kept = []
        untold = [i for i, one in enumerate(self.files) if self.is_untold(i, one)]
        for i in self._references() + untold:
            if i not in number:
                number[i] = len(kept)
                kept.append(self.files[i])
        self.files = kept
        self.path, self.copy = number[self.path], number[self.copy]
        self.note = self.note and tuple(number[i] for i in self.note)
        for process in self.processes:
            process.base, process.new = number[process.base], number[process.new]
            process.put_in = number[process.put_in]

    def is_untold(self, i: int, one: File) -> bool:
        """An exchange of ours took it from its readers, and nobody has told them."""
        return one.was_table and not one.told and i != self.path

    def table(self) -> File:
        return self.files[self.path]

    def seal_holds(self) -> bool:
        return self.seal >= 0 and self.table().sealed

    def needs_recovery(self) -> bool:
        return self.note is not None or self.copy != NONE

    def waits(self, address: int) -> bool:
        return self.pending[address] >= 0 or self.deferred[address] >= 0

    def exchange(self) -> None:
        """Both change their ctime: no seal speaks of them any more."""
        self.path, self.copy = self.copy, self.path
        for i in (self.path, self.copy):
            self.files[i].sealed = False
            self.files[i].was_table = True

    def changed_by_others(self) -> None:
        self.covered = 0

    def release(self, process: int) -> None:
        if self.lock == process:
            self.lock = NOBODY
        for one in self.files:
            one.readers &= ~(1 << process)
            if one.writer == process:
                one.writer = NOBODY
