# SPDX-License-Identifier: BSD-2-Clause
"""From a finished copy to a retired base (map/shadow_exchange.c).

A retired file is marked before its lock goes: unlinked, or of another group when it is
kept as a spare. How spares take turns is the model of turns.py; here a file that is retired
does not come back.
"""

from model.turn import Turn
from model.world import NONE

# A kill in front of one of these leaves a retired file that looks like a table.
BEFORE_THE_MARK = ("mark", "note put back", "put back", "drop copy", "drop name")


def note(turn: Turn) -> str:
    """exchange_note_write: ours, in, out."""
    me = turn.me
    if turn.rules.notes:
        turn.world.note = (me.new, me.new, me.base)
    return turn.go("exchange", "notes in = new, out = base")


def exchange(turn: Turn) -> str:
    """renameat2, and a look at what came out: that is nobody else's by then."""
    world, me = turn.world, turn.me
    world.exchange()
    me.put_in = me.new
    out = world.files[world.copy]
    if (world.copy == me.base and out.same) or not turn.rules.checks_out:
        return turn.go("mark", "exchanges; the base comes out")
    return turn.go("note put back", "exchanges; another file comes out")


def note_put_back(turn: Turn) -> str:
    world, me = turn.world, turn.me
    if turn.rules.notes and turn.rules.notes_put_back:
        world.note = (me.new, world.copy, me.put_in)
    return turn.go("put back", "notes in = the foreign file")


def put_back(turn: Turn) -> str:
    world, me = turn.world, turn.me
    expected, me.put_in = me.put_in, world.copy
    world.exchange()
    if world.copy != expected and turn.rules.puts_back_all:
        return turn.go("note put back", "exchanges back; a newer file comes out")
    return turn.go("drop copy", "exchanges back")


def drop(turn: Turn) -> str:
    """shadow_drop_copy: the commit starts over."""
    turn.world.files[turn.world.copy].told |= turn.rules.tells_readers
    return turn.go("drop name", "dates our copy forward")


def drop_name(turn: Turn) -> str:
    world, me = turn.world, turn.me
    world.files[world.copy].marked = True
    world.copy, world.note = NONE, None
    for i in (me.base, me.new):
        world.files[i].readers &= ~(1 << turn.number)
    me.base = me.new = me.put_in = NONE
    me.n = me.queue = me.ending = me.settle = me.count = 0
    me.whole = me.changed = False
    return turn.go("recover", "unlinks our copy, and starts over")


def mark(turn: Turn) -> str:
    base = turn.world.files[turn.me.base]
    base.marked |= turn.rules.marks_retired
    return turn.go("tell", "gives the retired file another group")


def tell(turn: Turn) -> str:
    base = turn.world.files[turn.me.base]
    base.told |= turn.rules.tells_readers
    return turn.go("retire name", "dates the retired file forward")


def retire_name(turn: Turn) -> str:
    """To a spare's name, or none: either way not the copy's name any more."""
    turn.world.copy = NONE
    return turn.go("clear", "takes the copy's name from the retired file")


def clear(turn: Turn) -> str:
    world, me = turn.world, turn.me
    world.note = None
    world.files[me.base].readers &= ~(1 << turn.number)
    return turn.go("seal", "clears the note and unlocks the retired file")


STEPS = {
    "note": (note,),
    "exchange": (exchange,),
    "note put back": (note_put_back,),
    "put back": (put_back,),
    "drop copy": (drop,),
    "drop name": (drop_name,),
    "mark": (mark,),
    "tell": (tell,),
    "retire name": (retire_name,),
    "clear": (clear,),
}
