# SPDX-License-Identifier: BSD-2-Clause
"""The turns of three files (map/spares.h) as a model: what a crash and a power cut may leave.

A file's content is the set of what is in it: commits, and the version of the administrator's
text (below 0); half written, or written to by somebody else, it has TORN too. The rules that
make the turns safe can be switched off, to see that they are needed (repairs.py).
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

TORN = 0
FIRST_VERSION = -1
REBUILDS = 3
SPARES = 2
Content = frozenset[int]


class Rules(NamedTuple):
    lacks_all: bool = True    # a spare is given every batch that it lacks, not the last alone
    clears_note: bool = True  # the note is cleared before a spare is touched
    takes_name: bool = True   # and the spare has no spare's name by then
    checks_spare: bool = True  # a spare that was touched since its note is not taken
    checks_readers: bool = True  # nor one that anybody has open
    checks_table: bool = True  # a note of another state of the table counts as none


class Spare(NamedTuple):
    content: Content
    lacks: tuple[int, ...]
    touched: bool = False  # since the note was written
    read: bool = False     # somebody has it open, from when it was the table


class State(NamedTuple):
    table: Content
    spares: tuple[Spare, ...]  # as on the disk, the one retired last first
    noted: bool                # the note speaks of them
    note_of: Content           # and of this table
    commits: int
    at: str = "idle"           # what the commit under way does next
    copy: Content = frozenset()
    told: Content = frozenset()  # commits of which logins were told
    version: int = FIRST_VERSION
    read: bool = False         # somebody has the table open
    disturbed: bool = False    # what somebody has open was changed


FIRST = State(frozenset((FIRST_VERSION,)), (), False, frozenset(), 0)


def usable(state: State, rules: Rules) -> bool:
    if not state.noted or len(state.spares) < SPARES:
        return False
    if rules.checks_table and state.note_of != state.table:
        return False
    oldest = state.spares[-1]
    return not (rules.checks_spare and oldest.touched or rules.checks_readers and oldest.read)


def begin(state: State, rules: Rules) -> Iterator[tuple[str, State]]:
    noted = state.noted and not rules.clears_note
    if not usable(state, rules):
        # A copy of the table; whatever no note speaks of is removed.
        kept = state.spares[:1] if state.noted and state.note_of == state.table else ()
        yield "copy", state._replace(at="exchange", noted=noted, spares=kept,
                                     copy=state.table | {state.commits + 1})
        return
    half = state.spares[-1]._replace(touched=True)
    yield "touch a spare", state._replace(at="fill", noted=noted, disturbed=half.read,
                                          spares=(*state.spares[:-1], half))


def fill(state: State, rules: Rules) -> Iterator[tuple[str, State]]:
    oldest = state.spares[-1]
    lacks = oldest.lacks if rules.lacks_all else oldest.lacks[-1:]
    copy = oldest.content | set(lacks) | {state.commits + 1}
    yield "do what it lacks", state._replace(at="exchange", spares=state.spares[:-1], copy=copy)


def exchange(state: State) -> Iterator[tuple[str, State]]:
    commit = state.commits + 1
    older = tuple(spare._replace(lacks=(*spare.lacks, commit)) for spare in state.spares[:1])
    retired = Spare(state.table, (commit,), read=state.read)
    yield "exchange", state._replace(at="note", table=state.copy, commits=commit, read=False,
                                     spares=(retired, *older))


def note(state: State) -> Iterator[tuple[str, State]]:
    yield "note", state._replace(at="idle", noted=True, note_of=state.table,
                                 told=state.told | {state.commits})


def rebuild(state: State) -> Iterator[tuple[str, State]]:
    """An administrator's makemap. What was told before is the reconcile's to put back, at
    the next commit."""
    version = state.version - 1
    yield "rebuild", state._replace(table=frozenset((version,)), told=frozenset(),
                                    version=version)


def stranger(state: State) -> Iterator[tuple[str, State]]:
    """A mail server opens the table for long; somebody writes to a spare."""
    if not state.read:
        yield "a reader comes", state._replace(read=True)
    if state.spares and not state.spares[-1].touched:
        oldest = state.spares[-1]
        spoilt = oldest._replace(content=oldest.content | {TORN}, touched=True)
        yield "a spare is written to", state._replace(spares=(*state.spares[:-1], spoilt))


def left_by_kill(state: State, rules: Rules) -> tuple[Spare, ...]:
    if state.at != "fill":
        return state.spares
    half = state.spares[-1]
    torn = half._replace(content=half.content | {TORN})
    return state.spares[:-1] if rules.takes_name else (*state.spares[:-1], torn)


def kill(state: State, rules: Rules) -> Iterator[tuple[str, State]]:
    """The next one finds a copy without a note of its exchange and removes it. A note that
    was not cleared still speaks of the spare that was being filled."""
    if state.at in ("fill", "exchange"):
        yield "KILL", state._replace(at="idle", copy=frozenset(),
                                     spares=left_by_kill(state, rules))
    if state.at == "note":
        noted = state.noted and not rules.clears_note
        yield "KILL", state._replace(at="idle", noted=noted)


def steps(state: State, rules: Rules, commits: int,
          strangers: bool) -> Iterator[tuple[str, State]]:
    if state.at == "idle":
        if strangers:
            yield from stranger(state)
        if state.commits < commits:
            yield from begin(state, rules)
        if state.version > FIRST_VERSION - REBUILDS:
            yield from rebuild(state)
        return
    yield from {"fill": lambda: fill(state, rules), "exchange": lambda: exchange(state),
                "note": lambda: note(state)}[state.at]()
    yield from kill(state, rules)


def is_whole(state: State) -> bool:
    """No half of a file at the path, what logins were told, what the administrator wrote; and
    no reader has seen its file change."""
    return (not state.disturbed and TORN not in state.table
            and state.told | {state.version} <= state.table)


def first_fault(rules: Rules, strangers: bool, commits: int = 6) -> list[str] | None:
    """The shortest way to a table that is not whole; None: there is none."""
    came_from: dict[State, tuple[State, str] | None] = {FIRST: None}
    queue = deque([FIRST])
    while queue:
        state = queue.popleft()
        if not is_whole(state):
            way = []
            while (step := came_from[state]) is not None:
                state, label = step
                way.append(label)
            return way[::-1]
        for label, following in steps(state, rules, commits, strangers):
            if following not in came_from:
                came_from[following] = (state, label)
                queue.append(following)
    return None
