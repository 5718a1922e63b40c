# SPDX-License-Identifier: BSD-2-Clause
"""A login (core/grant.c, core/request.c).

A touch by name is two steps: the kernel finds the file, and dates it wherever it is by then.
A login that waits may give up at any time: `wait` is over, or the queue is stuck. It never
puts a table in order that the seal does not know: that is the service's.
"""

from model.promises import returned
from model.turn import SILENT, Turn, has
from model.world import FRESH, NAMES, NONE

RENEWED, OPENED, SETTLED = "RENEWED", "OPENED", "SETTLED"
WAITING, DEFERRED, GONE, UNWATCHED = "WAITING", "DEFERRED", "GONE", "UNWATCHED"
BLOCKED = "BLOCKED"
DECIDED = "SETTLED by a commit"


def ends(turn: Turn, outcome: str) -> str:
    returned(turn, outcome)
    return turn.end(f"returns {outcome}")


def dates(turn: Turn, folder: list[int]) -> None:
    address = turn.me.address
    folder[address] = FRESH
    turn.me.can_claim = True
    turn.world.revoked &= ~(1 << address)
    turn.world.ended_by_hand &= ~(1 << address)


def look_at_blocks(turn: Turn) -> str:
    world = turn.world
    if has(world.blocked, turn.me.address):
        return ends(turn, BLOCKED)
    seen = any(one.kind == "block" for one in world.processes)
    return turn.go("look for active", "finds no block" if seen else SILENT)


def look_for_active(turn: Turn) -> str:
    name = NAMES[turn.me.address]
    if turn.world.active[turn.me.address] == NONE:
        return turn.go("touch settled", f"finds no active/{name}")
    return turn.go("date active", f"finds active/{name}")


def date_active(turn: Turn) -> str:
    """The file that it has found may be in ending/ by now, or back from there."""
    world, address = turn.world, turn.me.address
    for folder in (world.active, world.ending, world.pending):
        if folder[address] >= 0:
            dates(turn, folder)
            break
    return turn.go("look at active", "dates the file that it has found")


def date_renamed(turn: Turn) -> str | None:
    """It was renamed, and there is a new one in active/ already."""
    world, address = turn.world, turn.me.address
    if world.active[address] == NONE or world.ending[address] == NONE:
        return None
    dates(turn, world.ending)
    return turn.go("look at active", "dates the file that it has found, in ending/ by now")


def look_at_active(turn: Turn) -> str:
    found = turn.world.active[turn.me.address]
    if turn.rules.looks_after_touch and (
            found == NONE or (turn.rules.looks_at_date and found != FRESH)):
        return turn.go("touch settled", "finds active gone, or older")
    return turn.go("look at seal", "finds active as it dated it")


def look_at_seal(turn: Turn) -> str:
    """A stat of the table, then a read of the seal: equal, the table was the sealed one when
    it was looked at, which is all that is used here."""
    world, address = turn.world, turn.me.address
    if world.seal_holds():
        return ends(turn, RENEWED)
    if world.trouble:
        return ends(turn, DEFERRED)
    return turn.go("show again", "finds another table than the sealed one")


def show_again(turn: Turn) -> str | None:
    return turn.take_lock("look again")


def cannot_show(turn: Turn) -> str | None:
    """Not allowed to change the table, or behind a stuck queue."""
    return turn.go("is it active", "leaves it to the service")


def look_again(turn: Turn) -> str:
    world = turn.world
    is_there, holds = world.active[turn.me.address] >= 0, world.seal_holds()
    world.release(turn.number)
    if is_there and holds:
        return ends(turn, RENEWED)
    return turn.go("is it active", "cannot see to it here, and unlocks")


def is_it_active(turn: Turn) -> str:
    if turn.world.active[turn.me.address] >= 0:
        return turn.go("queue", "asks the service")
    return turn.go("open new", "finds active gone")


def touch_settled(turn: Turn) -> str:
    world, address = turn.world, turn.me.address
    if world.settled[address] >= 0:
        world.settled[address] = FRESH
        if world.seal_holds() or not turn.rules.settled_by_seal:
            return ends(turn, SETTLED)
    return turn.go("open new", SILENT)


def open_new(turn: Turn) -> str:
    if turn.rules.watches_expiry and not turn.world.watched:
        return ends(turn, UNWATCHED)
    return turn.go("queue", SILENT)


def queue(turn: Turn) -> str:
    """lease_create: the name is there, and is dated, or comes into being."""
    world, address = turn.world, turn.me.address
    name = NAMES[address]
    if world.trouble:
        dates(turn, world.deferred)
        return ends(turn, DEFERRED)
    if world.pending[address] >= 0:
        return turn.go("date pending", f"finds pending/{name}")
    dates(turn, world.pending)
    return turn.go("request", f"makes pending/{name}")


def date_pending(turn: Turn) -> str:
    """Or wherever it has been renamed to; unlinked meanwhile, it dates nothing."""
    world, address = turn.world, turn.me.address
    for folder in (world.pending, world.active, world.deferred, world.ending):
        if folder[address] >= 0:
            dates(turn, folder)
            break
    return turn.go("request", "dates the request that it has found")


def request(turn: Turn) -> str | None:
    return turn.take_lock("answered?")


def answered_while_waiting(turn: Turn) -> str | None:
    if turn.world.pending[turn.me.address] >= 0:
        return None
    return turn.go("outcome", "finds its request gone")


def give_up(turn: Turn) -> str | None:
    if turn.world.pending[turn.me.address] == NONE:
        return None
    return ends(turn, WAITING)


def answered(turn: Turn) -> str:
    if turn.world.pending[turn.me.address] == NONE:
        turn.world.release(turn.number)
        return turn.go("outcome", "finds its request gone, and unlocks")
    return turn.go("recover", SILENT)


def left_to_service(turn: Turn) -> str:
    turn.world.release(turn.number)
    return turn.go("wait", "unlocks and waits for the service")


def committed(turn: Turn) -> str:
    turn.world.release(turn.number)
    return turn.go("outcome", "unlocks")


def outcome(turn: Turn) -> str:
    world, me, address = turn.world, turn.me, turn.me.address
    places = ((world.pending, WAITING), (world.active, OPENED), (world.settled, DECIDED),
              (world.deferred, DEFERRED))
    found = next((word for folder, word in places if folder[address] >= 0), GONE)
    if found == GONE and turn.rules.looks_again and not has(me.due, 0):
        me.due = 1
        return turn.go("look for active", "finds nothing of its request: once more")
    return ends(turn, found)


STEPS = {
    "login: start": (look_at_blocks,),
    "look for active": (look_for_active,),
    "date active": (date_active, date_renamed),
    "look at active": (look_at_active,),
    "look at seal": (look_at_seal,),
    "show again": (show_again, cannot_show),
    "look again": (look_again,),
    "is it active": (is_it_active,),
    "touch settled": (touch_settled,),
    "open new": (open_new,),
    "queue": (queue,),
    "date pending": (date_pending,),
    "request": (request, answered_while_waiting, give_up),
    "wait": (answered_while_waiting, give_up),
    "answered?": (answered,),
    "login: busy": (left_to_service,),
    "login: foreign": (left_to_service,),
    "login: committed": (committed,),
    "outcome": (outcome,),
}
