# SPDX-License-Identifier: BSD-2-Clause
"""What has to hold: when a login returns, at every instant, and after a quiet timer run."""

from model.turn import Turn, has
from model.world import (ADDRESSES, FREE, FRESH, HALF_WRITTEN, NAMES, NONE, OURS, STATIC,
                         World)

SHOWN = ("RENEWED", "OPENED")
KEPT = (*SHOWN, "WAITING", "DEFERRED")


def returned(turn: Turn, outcome: str) -> None:
    """A login says `outcome`: is that so?"""
    world, address = turn.world, turn.me.address
    record = world.table().records[address]
    name = NAMES[address]
    revoked = has(world.revoked | world.ended_by_hand | world.blocked, address)
    if outcome in KEPT and turn.me.can_claim and not revoked:
        world.must |= 1 << address
    undisturbed = not revoked and (has(world.covered, address) or outcome == "RENEWED")
    if outcome in SHOWN and undisturbed and record == FREE:
        world.fault = f"P3: {name} has logged in, and the table does not show it"
    if outcome in SHOWN and undisturbed and any(
            world.is_untold(i, one) and one.records[address] == FREE
            for i, one in enumerate(world.files)):
        world.fault = f"P3: {name} has logged in, and sessions keep the old table"
    if outcome == "SETTLED" and record != STATIC:
        world.fault = f"P3: {name} counts as the administrator's, who says nothing of it"
    if outcome == "GONE" and record == FREE and not has(world.revoked | world.blocked, address):
        world.fault = f"P3: {name} has logged in, and nothing has come of it"


def fault_now(world: World) -> str | None:
    if world.fault:
        return world.fault
    table = world.table()
    writes = any(one.at == "makemap: write" and one.new == world.path
                 for one in world.processes)
    if table.build == HALF_WRITTEN and not writes:
        return "P1: the table was emptied by a makemap that gave up"
    return None


def fault_of_address(world: World, address: int, text: str) -> str | None:
    """After the quiet run."""
    name, record = NAMES[address], world.table().records[address]
    active = world.active[address]
    checks = (
        (world.pending[address] >= 0, f"pending/{name} is left"),
        (world.deferred[address] >= 0, f"deferred/{name} is left"),
        (world.ending[address] >= 0, f"P4: ending/{name} is left"),
        (text[address] == STATIC and record != STATIC,
         f"P2: the administrator's record of {name} became {record}"),
        (active >= 0 and record != OURS, f"P7: active/{name} without a record of ours"),
        (active == NONE and record == OURS, f"P4: a record of {name} without a lease"),
        (has(world.must, address) and active != FRESH
         and not (world.settled[address] >= 0 and record == STATIC),
         f"P6: the renewal of {name} is lost"),
        (has(world.revoked, address) and active >= 0, f"P4: {name} was revoked and lives"),
        (has(world.blocked, address) and active >= 0, f"P4: {name} is blocked and lives"),
    )
    return next((fault for failed, fault in checks if failed), None)


def fault_at_rest(world: World, texts: tuple[str, ...]) -> str | None:
    """Everybody has ended, and the timer has run once more."""
    table = world.table()
    if table.build != world.builds:
        return (f"P2: the table goes back to build {table.build}, "
                f"the administrator's last is {world.builds}")
    if world.needs_recovery():
        return "P1: a stray file or a note is left"
    for address in ADDRESSES:
        fault = fault_of_address(world, address, texts[world.builds])
        if fault:
            return fault
    return None if world.seal_holds() else "P7: the run leaves no whole seal"


def fault_unwatched(world: World, before: str) -> str | None:
    """Nobody runs the timer: nothing more than before may be open."""
    records = world.table().records
    opened = any(records[a] == OURS != before[a] for a in ADDRESSES)
    return "P4: opened, and nobody closes it" if opened else None
