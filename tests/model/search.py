# SPDX-License-Identifier: BSD-2-Clause
"""Every order of the processes' steps, and every kill, breadth first."""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from model import closing, committing, exchanging, finishing, logging_in, rebuilding, recovering
from model.promises import fault_at_rest, fault_now, fault_unwatched
from model.rules import Rules
from model.turn import SILENT, Turn
from model.world import DONE, World, fresh_process

STEPS = {name: steps for part in (logging_in, recovering, committing, exchanging, finishing,
                                  closing, rebuilding)
         for name, steps in part.STEPS.items()}
BY_KIND = ("start", "busy", "foreign", "committed", "failed")
FOREIGNERS = ("makemap", "mv", "loss")
QUIET_STEPS = 200


class Found(NamedTuple):
    states: int
    fault: str = ""
    trace: tuple[str, ...] = ()


class Search:
    def __init__(self, start: tuple, rules: Rules, texts: tuple[str, ...], timer: bool = True):
        self.start = start
        self.rules = rules
        self.texts = texts
        self.timer = timer

    def steps_of(self, process: tuple) -> tuple:
        kind, at = process[:2]
        return STEPS[f"{kind}: {at}" if at in BY_KIND else at]

    def take(self, state: tuple, number: int, step) -> tuple[str, tuple] | None:
        """The step, and those behind it that nobody else can see."""
        world = World(state)
        me = world.processes[number]
        turn = Turn(world, me, number, self.rules, self.texts)
        label = step(turn)
        if label is None:
            return None
        while label == SILENT and me.at != DONE:
            steps = self.steps_of((me.kind, me.at))
            if len(steps) > 1 or me.at == "start":
                break
            following = steps[0](turn)
            if following is None:
                break
            label = following
        return f"{me.kind} {number}: {label}", world.pack()

    def following(self, state: tuple) -> Iterator[tuple[str, tuple]]:
        for number, process in enumerate(state[4]):
            if process[1] == DONE:
                continue
            for step in self.steps_of(process):
                taken = self.take(state, number, step)
                if taken:
                    yield taken
            if state[1][7] > 0 and process[1] != "start" and process[0] not in FOREIGNERS:
                killed = self.kill(state, number)
                if killed:
                    yield killed

    def kill(self, state: tuple, number: int) -> tuple[str, tuple] | None:
        world = World(state)
        me = world.processes[number]
        at = me.at
        if in_named_window(world, number):
            return None
        world.kills -= 1
        Turn(world, me, number, self.rules, self.texts).end("")
        return f"{me.kind} {number}: KILLED in front of: {at}", world.pack()

    def fault_in_the_end(self, state: tuple) -> tuple[str | None, list[str]]:
        world = World(state)
        if not self.timer:
            return fault_unwatched(world, self.texts[0]), []
        world.kills = 0
        number = len(world.processes)
        state = (*world.pack()[:4], (*state[4], fresh_process("timer")))
        labels = ["-- the timer runs once more"]
        for _ in range(QUIET_STEPS):
            label, state = self.take(state, number, self.steps_of(state[4][number])[0])
            labels.append(label)
            fault = fault_now(World(state))
            if fault or state[4][number][1] == DONE:
                return fault or fault_at_rest(World(state), self.texts), labels
        return "the run does not end", labels

    def run(self, most: int = 10 ** 9) -> Found:
        came_from = {self.start: None}
        queue = deque([self.start])

        def trace(state: tuple) -> tuple[str, ...]:
            labels = []
            while came_from[state] is not None:
                state, label = came_from[state]
                labels.append(label)
            return tuple(reversed(labels))

        while queue and len(came_from) < most:
            state = queue.popleft()
            none_left = True
            for label, after in self.following(state):
                none_left = False
                if after in came_from:
                    continue
                came_from[after] = (state, label)
                fault = fault_now(World(after))
                if fault:
                    return Found(len(came_from), fault, trace(after))
                queue.append(after)
            if not none_left:
                continue
            if any(process[1] != DONE for process in state[4]):
                return Found(len(came_from), "nobody can go on", trace(state))
            fault, labels = self.fault_in_the_end(state)
            if fault:
                return Found(len(came_from), fault, (*trace(state), *labels))
        return Found(len(came_from))


def in_named_window(world: World, number: int) -> bool:
    """docs/promises.md, not promised: a kill between an exchange and the mark on the file
    that it retired, while a makemap waits for that very file."""
    ours = [i for i, one in enumerate(world.files)
            if one.readers >> number & 1 and i != world.path and not one.marked]
    return any(one.kind == "makemap" and one.base in ours for one in world.processes)


