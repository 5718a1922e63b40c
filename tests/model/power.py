# SPDX-License-Identifier: BSD-2-Clause
"""A power cut between commits that take turns (map/spares.h).

Of names the disk keeps what was done up to some point, at least up to the last sync that
carries names; of a file that is being overwritten it may keep any part of it.
"""

from typing import NamedTuple


class Disk(NamedTuple):
    spares: int
    folder_is_synced: bool    # before a spare is touched
    file_carries_names: bool  # a file's sync carries earlier renames: one journal


class Operation(NamedTuple):
    what: str  # "write", "sync", "exchange", "sync folder"
    file: int
    commit: int


def operations(disk: Disk, commits: int) -> list[Operation]:
    done, table, spares = [], 0, []
    for commit in range(1, commits + 1):
        recycled = len(spares) >= disk.spares
        file = spares.pop(0) if recycled else commit
        if recycled and disk.folder_is_synced:
            done.append(Operation("sync folder", file, commit))
        done += [Operation(what, file, commit) for what in ("write", "sync", "exchange")]
        spares.append(table)
        table = file
    return done


def carries(operation: Operation, disk: Disk) -> bool:
    return operation.what == "sync folder" or (operation.what == "sync"
                                               and disk.file_carries_names)


def torn(done: list[Operation], disk: Disk) -> bool:
    """After a cut behind these: can the path name a file that was overwritten since?"""
    certain = max((i for i, one in enumerate(done) if carries(one, disk)), default=-1)
    exchanges = [(i, one) for i, one in enumerate(done) if one.what == "exchange"]
    for kept in range(len(exchanges) + 1):
        if any(i < certain for i, _one in exchanges[kept:]):
            continue  # these are on the disk for sure
        file, commit = (0, 0) if kept == 0 else (exchanges[kept - 1][1].file,
                                                exchanges[kept - 1][1].commit)
        if any(one.what == "write" and one.file == file and one.commit > commit
               for one in done):
            return True
    return False


def can_tear(disk: Disk, commits: int = 8) -> bool:
    """At any moment of some commits in a row."""
    whole = operations(disk, commits)
    return any(torn(whole[:cut], disk) for cut in range(len(whole) + 1))
