# SPDX-License-Identifier: BSD-2-Clause
"""`sapdb expire` and `commit` (core/expire.c), `revoke` and `block` (core/revoke.c), `insert`."""

from model.turn import SILENT, Turn, bits_of, has
from model.world import LAPSED, NAMES, NONE

SAPDB = ("timer", "service", "revoke", "block")


def count(folder: list[int]) -> int:
    return sum(found >= 0 for found in folder)


# The timer's run.

def scan(turn: Turn) -> str:
    """Without a lock."""
    world, me = turn.world, turn.me
    me.settle = bits_of(lambda a: world.active[a] >= 0 and has(world.blocked, a)
                        and turn.rules.ends_blocked)
    me.due = me.settle | bits_of(lambda a: world.active[a] == LAPSED)
    me.count = count(world.active)
    return turn.go("lock first" if turn.rules.ends_locked else "idle?", "looks for lapsed leases")


def lock_first(turn: Turn) -> str | None:
    return turn.take_lock("idle?")


def is_idle(turn: Turn) -> bool:
    world, rules = turn.world, turn.rules
    left = world.needs_recovery() and rules.idle_looks_at_copy
    numbers = world.seal == turn.me.count or not rules.counts_leases
    return (turn.me.due == 0 and world.seal_holds() and numbers and not left
            and max(world.ending) < 0 and max(world.pending) < 0 and max(world.deferred) < 0)


def idle(turn: Turn) -> str:
    if is_idle(turn):
        return turn.go("watch", "finds nothing to do")
    turn.me.n = 0
    return turn.go("take up", SILENT)


def take_up(turn: Turn) -> str:
    """What an earlier run left in ending/, and a login has renewed: it waits for a commit."""
    world, rules = turn.world, turn.rules
    address = turn.next_address(
        lambda a: rules.takes_up_ending and world.ending[a] > LAPSED)
    if address == NONE:
        return turn.go("end", SILENT)
    folder, name = world.pending, "pending"
    if not rules.renewed_waits and world.active[address] == NONE:
        folder, name = world.active, "active"
    folder[address] = max(folder[address], world.ending[address])
    world.ending[address] = NONE
    return turn.go("take up", f"moves ending/{NAMES[address]} to {name}/")


def end(turn: Turn) -> str:
    world, me = turn.world, turn.me
    address = turn.next_address(lambda a: has(me.due, a) and world.active[a] >= 0)
    if address == NONE:
        return turn.go("count", SILENT)
    if has(me.settle, address):
        world.pending[address] = world.deferred[address] = NONE
        world.ending[address], world.active[address] = LAPSED, NONE
        return turn.go("end", f"moves active/{NAMES[address]}, which is blocked, to ending/")
    world.ending[address], world.active[address] = world.active[address], NONE
    me.count = address
    return turn.go("look at ended", f"moves active/{NAMES[address]} to ending/")


def look_at_ended(turn: Turn) -> str:
    """A login that had the file in its hands renewed it under its new name."""
    world, me = turn.world, turn.me
    if turn.rules.looks_after_rename and world.ending[me.count] > LAPSED:
        return turn.go("bring back", "finds it renewed")
    return turn.go("end", "finds it lapsed still")


def bring_back(turn: Turn) -> str:
    world, address = turn.world, turn.me.count
    world.active[address] = max(world.active[address], world.ending[address])
    world.ending[address] = NONE
    return turn.go("end", f"moves ending/{NAMES[address]} back")


def compare_number(turn: Turn) -> str:
    world, rules = turn.world, turn.rules
    shown = count(world.active) + count(world.ending)
    if rules.counts_leases and world.seal_holds() and world.seal != shown:
        world.seal = NONE
    return turn.go("recover" if rules.ends_locked else "lock late", SILENT)


def lock_late(turn: Turn) -> str | None:
    return turn.take_lock("recover")


def watch(turn: Turn) -> str:
    turn.world.watched = True
    return turn.end("dates `expired`, and ends")


# A commit that cannot be, and one that was.

def busy_no_more(turn: Turn) -> str | None:
    """It waits for a rebuild as long as it takes, or not."""
    return turn.go("recover", SILENT) if turn.world.table().writer < 0 else None


def fail(turn: Turn) -> str:
    turn.world.trouble = True
    return turn.go("defer", "gives up waiting, and complains")


def defer(turn: Turn) -> str:
    world = turn.world
    address = turn.next_address(
        lambda a: turn.rules.defers_failed and world.pending[a] >= 0)
    if address == NONE:
        return turn.go("failed", SILENT)
    world.deferred[address], world.pending[address] = world.pending[address], NONE
    return turn.go("defer", f"moves pending/{NAMES[address]} to deferred/")


def done_right(turn: Turn) -> str:
    turn.world.trouble = False
    return turn.go("watch" if turn.me.kind == "timer" else "leave", SILENT)


def failed_timer(turn: Turn) -> str:
    return turn.go("watch", SILENT)


# The path unit's run, started while pending/ is not empty.

def ring(turn: Turn) -> str | None:
    return turn.go("service: lock", "is started by the bell") \
        if max(turn.world.pending) >= 0 else None


def not_needed(turn: Turn) -> str | None:
    """Others are over, and the bell does not ring."""
    others = [one for one in turn.world.processes if one is not turn.me]
    if max(turn.world.pending) >= 0 or any(one.at != "done" for one in others):
        return None
    return turn.end("is not needed")


def service_lock(turn: Turn) -> str | None:
    return turn.take_lock("anything?")


def anything(turn: Turn) -> str:
    world = turn.world
    world_is_idle = (max(world.pending) < 0 and max(world.deferred) < 0
                     and not world.needs_recovery())
    return turn.go("leave" if world_is_idle else "recover", SILENT)


def leave(turn: Turn) -> str:
    return turn.end("unlocks and ends")


def failed_service(turn: Turn) -> str:
    if max(turn.world.pending) >= 0:
        turn.world.fault = "P5: a failed commit leaves the bell ringing"
    return turn.end("ends in failure")


# An administrator's revoke.

def revoke_lock(turn: Turn) -> str | None:
    return turn.take_lock("unlink pending")


def unlink_pending(turn: Turn) -> str:
    turn.world.pending[turn.me.address] = NONE
    if turn.world.active[turn.me.address] == NONE:
        in_hand(turn)
    return turn.go("unlink deferred", "unlinks pending")


def unlink_deferred(turn: Turn) -> str:
    turn.world.deferred[turn.me.address] = NONE
    if turn.world.active[turn.me.address] == NONE:
        in_hand(turn)
    return turn.go("date back", SILENT)


def date_back(turn: Turn) -> str:
    world, address = turn.world, turn.me.address
    if world.active[address] >= 0 and turn.rules.dates_revoked:
        world.active[address] = LAPSED
    in_hand(turn)
    return turn.go("revoke: end", "dates active 0")


def in_hand(turn: Turn) -> None:
    """From here on it must not live, but by a login that comes later."""
    world, address = turn.world, turn.me.address
    world.must &= ~(1 << address)
    if not world.waits(address):
        world.revoked |= 1 << address


def revoke_end(turn: Turn) -> str:
    world, address = turn.world, turn.me.address
    if world.active[address] >= 0:
        world.ending[address], world.active[address] = world.active[address], NONE
        world.must &= ~(1 << address)
        world.ended_by_hand |= 1 << address
    turn.me.due |= 1 << address
    return turn.go("recover", "moves active to ending")


# And a block: a revoke behind the list that it is in.

def write_blocked(turn: Turn) -> str:
    world, address = turn.world, turn.me.address
    world.blocked |= 1 << address
    world.must &= ~(1 << address)
    return turn.go("unlink pending", f"blocks {NAMES[address]}")


def block_lock(turn: Turn) -> str | None:
    return turn.take_lock("write blocked")


# `sapdb insert` of a record that is nobody's here.

def edit(turn: Turn) -> str | None:
    return turn.take_lock("recover")


STEPS = {
    "timer: start": (scan,),
    "lock first": (lock_first,),
    "idle?": (idle,),
    "take up": (take_up,),
    "end": (end,),
    "look at ended": (look_at_ended,),
    "bring back": (bring_back,),
    "count": (compare_number,),
    "lock late": (lock_late,),
    "watch": (watch,),
    "defer": (defer,),
    "service: start": (ring, not_needed),
    "service: lock": (service_lock,),
    "anything?": (anything,),
    "leave": (leave,),
    "revoke: start": (revoke_lock,),
    "block: start": (block_lock,),
    "write blocked": (write_blocked,),
    "unlink pending": (unlink_pending,),
    "unlink deferred": (unlink_deferred,),
    "date back": (date_back,),
    "revoke: end": (revoke_end,),
    "edit: start": (edit,),
    "edit: busy": (leave,),
    "edit: committed": (leave,),
    **{f"{kind}: busy": (busy_no_more, fail) for kind in SAPDB},
    **{f"{kind}: committed": (done_right,) for kind in SAPDB},
    "timer: failed": (failed_timer,),
    "service: failed": (failed_service,),
    "revoke: failed": (failed_service,),
    "block: failed": (failed_service,),
}
