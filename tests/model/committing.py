# SPDX-License-Identifier: BSD-2-Clause
"""A commit up to its exchange (core/commit.c, core/commit_work.c): list, copy, apply.

Under commit.lock all the time. How it ends is the caller's: `at` "committed" is written
by finishing.py; a table that is being rebuilt sends the process to KIND-"busy", and a
login that meets a table that the seal does not know to "foreign".
"""

from model.turn import SILENT, Turn, bits_of, has
from model.world import ADDRESSES, FREE, LAPSED, NAMES, NOBODY, NONE, OURS, STATIC, File


def list_queue(turn: Turn) -> str:
    """batch_collect: what has lapsed in the queue leaves it, one by one."""
    world, me, rules = turn.world, turn.me, turn.rules
    lapsed = turn.next_address(lambda a: LAPSED in (world.pending[a], world.deferred[a]))
    if lapsed != NONE:
        me.count = lapsed
        step = "set aside" if rules.looks_at_lapsed else "drop"
        return turn.go(step, f"finds {NAMES[lapsed]} lapsed in the queue")
    for address in ADDRESSES:
        if rules.takes_deferred and world.pending[address] >= 0:
            world.deferred[address] = NONE
    me.queue = bits_of(lambda a: world.pending[a] >= 0
                       or (rules.takes_deferred and world.deferred[a] >= 0))
    return turn.go("list ending", "lists pending/ and deferred/")


def drop(turn: Turn) -> str:
    for folder in (turn.world.pending, turn.world.deferred):
        # One that was touched since the look goes too.
        if folder[turn.me.count] >= 0:
            folder[turn.me.count] = NONE
            break
    return turn.go("list", f"unlinks {NAMES[turn.me.count]} from the queue")


def set_aside(turn: Turn) -> str:
    """Out of the queue, and looked at again there: a login may have renewed it."""
    world, me, address = turn.world, turn.me, turn.me.count
    me.whole = world.ending[address] >= 0  # what ended before still ends
    folder = world.pending if world.pending[address] == LAPSED else world.deferred
    world.ending[address], folder[address] = folder[address], NONE
    return turn.go("look aside", f"moves {NAMES[address]} from the queue to ending/")


def look_aside(turn: Turn) -> str:
    world, address = turn.world, turn.me.count
    if world.ending[address] == LAPSED:
        return turn.go("list" if turn.me.whole else "drop aside", "finds it lapsed still")
    world.pending[address] = max(world.pending[address], world.ending[address])
    world.ending[address] = NONE
    return turn.go("list", "finds it renewed, and moves it back")


def drop_aside(turn: Turn) -> str:
    turn.world.ending[turn.me.count] = NONE
    return turn.go("list", "unlinks it")


def list_ending(turn: Turn) -> str:
    world, me = turn.world, turn.me
    me.n = 0
    me.ending = 0
    if me.kind != "login":
        me.ending = bits_of(lambda a: world.ending[a] >= 0
                            and (turn.rules.takes_up_ending or has(me.due, a)))
    return turn.go("copy", SILENT)


def copy(turn: Turn) -> str:
    """shadow_open and shadow_copy. Between open and flock, and between flock and the copy,
    nothing can happen that does not look the same afterwards."""
    world, me = turn.world, turn.me
    base = world.table()
    if base.writer != NOBODY:
        return turn.go("busy", "finds the table being rebuilt")
    me.whole = (world.seal >= 0 and base.sealed) or not turn.rules.reconciles
    if me.kind == "edit":
        me.whole = False  # it may decide about any lease
    if me.kind == "login" and not me.whole:
        return turn.go("foreign", "finds a table that the seal does not know")
    if me.whole and not me.queue and not me.ending:
        return turn.go("committed", "finds nothing to do")
    base.same = True
    base.readers |= 1 << turn.number
    world.files.append(File(File.pack(base)))
    new = world.files[-1]
    new.sealed = new.marked = new.told = new.was_table = False
    new.readers = 1 << turn.number if turn.rules.locks_new else 0
    me.base, me.new = world.path, len(world.files) - 1
    world.copy = me.new
    return turn.go("apply", "opens and locks the table and copies it")


def is_left_out(turn: Turn, address: int) -> bool:
    """It was listed as blocked."""
    return (turn.rules.leaves_blocked and has(turn.me.queue, address)
            and has(turn.world.blocked, address))


def stays_open(turn: Turn, address: int) -> bool:
    world = turn.world
    return turn.rules.waiting_wins and (
        world.active[address] >= 0 or (
            turn.me.queue > 0 and world.waits(address) and not is_left_out(turn, address)))


def close_client(turn: Turn, address: int, new: File) -> bool:
    record = new.records[address]
    if record == OURS or (record == STATIC and not turn.rules.markers):
        new.put(address, FREE)
        return True
    return False


def open_client(turn: Turn, address: int, new: File) -> bool:
    record = new.records[address]
    if record == FREE or (record == STATIC and not turn.rules.markers):
        new.put(address, OURS)
        return True
    return False


def reconcile(turn: Turn, new: File) -> None:
    """All of our records against all of the leases (core/reconcile.c)."""
    world, me = turn.world, turn.me
    me.count = 0
    for address in ADDRESSES:
        is_active = world.active[address] >= 0
        if new.records[address] == OURS and not is_active and not world.waits(address):
            me.changed |= close_client(turn, address, new)
        if is_active and new.records[address] == STATIC:
            me.settle |= 1 << address
        elif is_active:
            me.changed |= open_client(turn, address, new)
            me.count += 1


def close_blocked(turn: Turn, address: int, new: File) -> None:
    """It waits, and may have a record: of a commit that died, or of when it ended."""
    me = turn.me
    if turn.world.active[address] == NONE and turn.rules.closes_blocked:
        changed = close_client(turn, address, new)
        me.changed |= changed
        me.count -= changed and me.whole and me.count > 0


def apply(turn: Turn) -> str:
    """commit_work_apply."""
    world, me = turn.world, turn.me
    new = world.files[me.new]
    me.changed, me.settle, me.count = me.kind == "edit", 0, world.seal
    for address in ADDRESSES:
        if has(me.ending, address) and not stays_open(turn, address):
            changed = close_client(turn, address, new)
            me.changed |= changed
            me.count -= changed
    if not me.whole:
        reconcile(turn, new)
    for address in ADDRESSES:
        if not has(me.queue, address):
            continue
        known = world.active[address] >= 0
        if turn.rules.leaves_blocked and has(world.blocked, address):
            close_blocked(turn, address, new)
            continue
        if new.records[address] == STATIC and turn.rules.markers:
            me.settle |= 1 << address
            continue
        changed = open_client(turn, address, new)
        me.changed |= changed
        me.count += changed if me.whole else not known
    return finish_copy(turn)


def finish_copy(turn: Turn) -> str:
    """Written and synced, or given up since nothing differs."""
    world, me = turn.world, turn.me
    then = "empty settled" if turn.rules.empties_first else ""
    if me.changed:
        return turn.go(then or "note", "changes the copy")
    world.copy = me.new = NONE
    return turn.go(then or "seal", "finds the table right as it is, and unlinks the copy")


STEPS = {
    "list": (list_queue,),
    "drop": (drop,),
    "set aside": (set_aside,),
    "look aside": (look_aside,),
    "drop aside": (drop_aside,),
    "list ending": (list_ending,),
    "copy": (copy,),
    "apply": (apply,),
}
