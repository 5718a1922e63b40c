# SPDX-License-Identifier: BSD-2-Clause
"""What a commit does first: finish what a dead one left (map/shadow_recover.c).

P is the file at the table's path, T the one under the copy's name.
"""

from model.turn import SILENT, Turn
from model.world import NONE


def is_to_be_dropped(turn: Turn) -> bool:
    """next_step of shadow_recover.c."""
    world = turn.world
    if world.note is None:
        return True  # a note precedes every exchange
    ours, put_in, out = world.note
    if world.copy == out or (world.copy == put_in and put_in == ours):
        return True
    if world.copy == put_in:
        return world.path != out
    return world.path != put_in


def recover(turn: Turn) -> str:
    world = turn.world
    turn.me.n = 0
    if world.copy == NONE:
        label = "clears a dead one's note" if world.note else SILENT
        world.note = None
        return turn.go("list", label)
    if is_to_be_dropped(turn):
        return turn.go("recover: tell", SILENT)
    return turn.go("recover: note", SILENT)


def tell(turn: Turn) -> str:
    turn.world.files[turn.world.copy].told |= turn.rules.tells_readers
    return turn.go("recover: drop", "dates what a dead one left forward")


def drop(turn: Turn) -> str:
    world = turn.world
    world.files[world.copy].marked = True
    world.copy = NONE
    return turn.go("recover", "unlinks it")


def note(turn: Turn) -> str:
    world = turn.world
    if turn.rules.notes_put_back:
        world.note = (world.note[0], world.copy, world.path)
    return turn.go("recover: exchange", "notes that a foreign file goes back")


def exchange(turn: Turn) -> str:
    turn.world.exchange()
    return turn.go("recover", "exchanges back for a dead one")


STEPS = {
    "recover": (recover,),
    "recover: tell": (tell,),
    "recover: drop": (drop,),
    "recover: note": (note,),
    "recover: exchange": (exchange,),
}
