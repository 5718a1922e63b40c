# SPDX-License-Identifier: BSD-2-Clause
"""One step of one process: what it may look at and change, and how it goes on."""

from typing import NamedTuple

from model.rules import Rules
from model.world import DONE, NONE, Process, World

SILENT = ""  # the label of a step that nobody else can see


class Turn(NamedTuple):
    world: World
    me: Process
    number: int
    rules: Rules
    texts: tuple[str, ...]  # what each build of the administrator's says

    def go(self, at: str, label: str) -> str:
        self.me.at = at
        return label

    def end(self, label: str) -> str:
        """The process is over; it may be started again."""
        me = self.me
        self.world.release(self.number)
        me.runs -= 1
        me.at = "start" if me.runs > 0 else DONE
        me.base = me.new = me.put_in = NONE
        me.queue = me.ending = me.settle = me.due = me.count = me.n = 0
        me.whole = me.changed = me.can_claim = False
        return label

    def take_lock(self, then: str) -> str | None:
        if self.world.lock >= 0:
            return None
        self.world.lock = self.number
        return self.go(then, "takes commit.lock")

    def next_address(self, wanted) -> int:
        """The next one from me.n on that `wanted` says yes to, or NONE: start over."""
        me = self.me
        while me.n < 2:
            me.n += 1
            if wanted(me.n - 1):
                return me.n - 1
        me.n = 0
        return NONE


def has(bits: int, address: int) -> bool:
    return bits >> address & 1 == 1


def bits_of(wanted) -> int:
    return sum(1 << address for address in (0, 1) if wanted(address))
