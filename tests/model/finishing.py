# SPDX-License-Identifier: BSD-2-Clause
"""The table shows it: the seal, then the leases move (commit_work_finish)."""

from model.turn import SILENT, Turn, bits_of, has
from model.world import FRESH, NAMES, NONE, OURS


def seal(turn: Turn) -> str:
    """Before the moves: if we die between, its number tells."""
    world, me = turn.world, turn.me
    sealed = world.files[me.new if me.changed else me.base]
    for one in world.files:
        one.sealed = False
    world.seal = me.count if sealed.same or not turn.rules.seals_same else NONE
    sealed.sealed = world.seal >= 0
    if sealed.sealed and sealed is world.table():
        world.covered = bits_of(lambda a: sealed.records[a] == OURS)
    me.n = 0
    late = not turn.rules.empties_first
    return turn.go("empty settled" if late else "unlink ending", "writes the seal")


def empty_settled(turn: Turn) -> str:
    """What stood there was said of another table. Before the seal: with it, it would count."""
    world, rules = turn.world, turn.rules
    label = SILENT
    if not turn.me.whole and rules.empties_settled:
        label = "empties settled/" if max(world.settled) >= 0 else SILENT
        world.settled = [NONE, NONE]
    then = "unlink ending" if not rules.empties_first else "note" if turn.me.changed else "seal"
    return turn.go(then, label)


def unlink_ending(turn: Turn) -> str:
    address = turn.next_address(lambda a: has(turn.me.ending, a) and turn.world.ending[a] >= 0)
    if address == NONE:
        return turn.go("settle active", SILENT)
    turn.world.ending[address] = NONE
    return turn.go("unlink ending", f"unlinks ending/{NAMES[address]}")


def settle_active(turn: Turn) -> str:
    """What reconcile met: the administrator decides about a lease of ours."""
    world = turn.world
    address = turn.next_address(lambda a: has(turn.me.settle, a) and world.active[a] >= 0)
    if address == NONE:
        return turn.go("move", SILENT)
    world.settled[address], world.active[address] = world.active[address], NONE
    return turn.go("settle active", f"moves active/{NAMES[address]} to settled/")


def source(turn: Turn, address: int) -> list[int] | None:
    """The folder that the entry is in."""
    world = turn.world
    if world.pending[address] >= 0:
        return world.pending
    return world.deferred if world.deferred[address] >= 0 else None


def is_to_move(turn: Turn, address: int) -> bool:
    listed = has(turn.me.queue, address) or not turn.rules.moves_listed
    return listed and source(turn, address) is not None


def move(turn: Turn) -> str:
    """finish_entry: lease_merge into active/, or settled/."""
    world, me = turn.world, turn.me
    address = turn.next_address(lambda a: is_to_move(turn, a))
    if address == NONE:
        return turn.go("committed", SILENT)
    folder, name = source(turn, address), NAMES[address]
    if turn.rules.leaves_blocked and has(world.blocked, address):
        folder[address] = NONE
        return turn.go("move", f"unlinks {name} from the queue: it is blocked")
    if has(me.settle, address):
        world.settled[address], folder[address] = folder[address], NONE
        return turn.go("move", f"moves {name} to settled/")
    world.settled[address] = NONE
    if world.active[address] >= 0 and turn.rules.keeps_newer:
        return merge(turn, address, folder)
    world.active[address], folder[address] = folder[address], NONE
    return turn.go("move", f"moves {name} to active/")


def merge(turn: Turn, address: int, folder: list[int]) -> str:
    """It is in active/ already: that one is dated, then the entry is unlinked."""
    world, name = turn.world, NAMES[address]
    if folder[address] > world.active[address]:
        world.active[address] = FRESH
        turn.me.n = address  # and once more, for the unlink
        return turn.go("move", f"dates active/{name} as the entry")
    folder[address] = NONE
    return turn.go("move", f"unlinks {name} from the queue: active/ has it")


STEPS = {
    "seal": (seal,),
    "empty settled": (empty_settled,),
    "unlink ending": (unlink_ending,),
    "settle active": (settle_active,),
    "move": (move,),
}
