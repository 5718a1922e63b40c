# SPDX-License-Identifier: BSD-2-Clause
"""The administrator's ways to replace the table, and a lost lease folder.

makemap opens the table and asks for its exclusive lock; with the lock it looks whether the
file is still the one that it opened (links, owner, group), and opens the *path* to cut it.
That it looks at the path a moment before it opens it is its own gap, and not in here.
"""

from model.turn import Turn
from model.world import FREE, HALF_WRITTEN, NOBODY, NONE, File, fresh_file


def next_build(turn: Turn) -> tuple[int, str]:
    world = turn.world
    world.builds += 1
    world.changed_by_others()
    return world.builds, turn.texts[world.builds]


def makemap_opens(turn: Turn) -> str:
    turn.me.base = turn.world.path
    return turn.go("makemap: lock", "opens the table")


def makemap_locks(turn: Turn) -> str | None:
    found = turn.world.files[turn.me.base]
    if found.writer != NOBODY or found.readers:
        return None
    found.writer = turn.number
    return turn.go("makemap: look", "has the exclusive lock")


def makemap_looks(turn: Turn) -> str:
    if turn.world.files[turn.me.base].marked:
        return turn.end("finds the file retired: exit 73")
    return turn.go("makemap: cut", "finds the file as it was")


def makemap_cuts(turn: Turn) -> str:
    world = turn.world
    table = world.table()
    table.build, table.records = HALF_WRITTEN, FREE * 2
    table.sealed = table.same = False
    turn.me.new = world.path
    world.changed_by_others()
    return turn.go("makemap: write", "cuts the file at the path")


def makemap_writes(turn: Turn) -> str:
    world, me = turn.world, turn.me
    world.changed_by_others()
    if me.new != me.base:
        return turn.end("finds that it has cut another file: exit 73")
    table = world.files[me.base]
    table.build, table.records = next_build(turn)
    table.sealed = table.same = False
    return turn.end("has written the table")


def move(turn: Turn) -> str:
    """mv of a file that was built elsewhere: Debian's make."""
    world = turn.world
    world.files[world.path].told = True  # a session that has it open keeps it: not ours
    world.files[world.path].marked = True
    world.files.append(File(fresh_file(*next_build(turn))))
    world.path = len(world.files) - 1
    return turn.end("moves a new table over the path")


def lose_leases(turn: Turn) -> str:
    """Somebody empties active/."""
    turn.world.active = [NONE, NONE]
    turn.world.must = 0
    return turn.end("loses active/")


STEPS = {
    "makemap: start": (makemap_opens,),
    "makemap: lock": (makemap_locks,),
    "makemap: look": (makemap_looks,),
    "makemap: cut": (makemap_cuts,),
    "makemap: write": (makemap_writes,),
    "mv: start": (move,),
    "loss: start": (lose_leases,),
}
