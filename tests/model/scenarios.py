# SPDX-License-Identifier: BSD-2-Clause
"""Who does what at once, and from where: a row a scenario.

Folders are written as two letters, of A and B: `-` not there, `o` lapsed, `e` from an
earlier login, `f` fresh. A table likewise: `-` nothing, `M` ours, `s` the administrator's.
"""

from typing import NamedTuple

from model.rules import Rules
from model.search import Search
from model.turn import bits_of
from model.world import FILE, NOBODY, NONE, fresh_file, fresh_process

LETTERS = {"-": -1, "o": 0, "e": 1, "f": 2}


class Start(NamedTuple):
    active: str = "--"
    pending: str = "--"
    deferred: str = "--"
    ending: str = "--"
    settled: str = "--"
    table: str = "--"
    seal: bool = True
    watched: bool = True
    trouble: bool = False


class Scenario(NamedTuple):
    label: str
    processes: str        # "login A, timer 2": kind, address, how often
    start: Start = Start()
    kills: int = 0
    texts: tuple[str, ...] = ("--",)  # of the administrator, build by build
    timer: bool = True    # it runs once more in the end
    large: bool = False   # only on demand


def parse(word: str) -> tuple:
    kind, *rest = word.split()
    address, runs = 0, 1
    for one in rest:
        if one in "AB":
            address = "AB".index(one)
        else:
            runs = int(one)
    return fresh_process(kind, address, runs)


def first_file(start: Start) -> tuple:
    file = dict(zip(FILE, fresh_file(0, start.table), strict=True))
    return tuple({**file, "sealed": start.seal}.values())


def first_state(scenario: Scenario) -> tuple:
    start = scenario.start
    folders = tuple(tuple(LETTERS[letter] for letter in folder) for folder in start[:5])
    shown = start.table.count("M")
    scalars = (0, NONE, NOBODY, shown if start.seal else NONE, None, start.watched,
               start.trouble, scenario.kills, 0, "")
    covered = bits_of(lambda a: start.table[a] == "M")
    processes = tuple(parse(word) for word in scenario.processes.split(", "))
    return ((first_file(start),), scalars, folders, (covered, 0, 0, 0, 0), processes)


def search(scenario: Scenario, rules: Rules) -> Search:
    return Search(first_state(scenario), rules, scenario.texts, scenario.timer)


A_OLD = Start(active="o-", table="M-")
B_KNOWN = Start(active="-f", table="-M")
BOTH_OLD = Start(active="oo", table="MM")
MV = ("--", "--")
STATIC_A = ("--", "s-")

SCENARIOS = (
    # New clients, the timer, the path unit's service
    Scenario("two logins of a new client", "login A, login A, timer", kills=1),
    Scenario("two new clients", "login A, login B, timer", kills=1),
    Scenario("a login without the right to commit", "login A, service", kills=1),
    Scenario("a request that lapsed in the queue", "login A, timer", Start(pending="o-"), 1),
    Scenario("a lapsed request of one that ends", "login A, timer 2",
             Start(pending="o-", ending="o-", table="M-"), 1),
    Scenario("a lapsed request, twice", "login A, service 2, timer",
             Start(pending="o-", deferred="o-")),
    Scenario("an older request beside a lease", "login A, service, timer",
             Start(active="f-", pending="e-", table="M-"), 1),
    Scenario("one deferred, one new", "login A, service 2, timer", Start(deferred="fe"), 1),
    Scenario("nobody runs the timer", "login A, login A, service", Start(watched=False),
             timer=False),
    # Leases that end
    Scenario("a lapsed client comes back", "login A 2, timer", A_OLD, 1),
    Scenario("a lapsed client comes back twice at once", "login A, login A, timer", A_OLD),
    Scenario("a lapsed client, the timer twice", "login A, timer 2", A_OLD, 1),
    Scenario("in three folders at once", "login A, timer 2",
             Start(active="o-", pending="e-", ending="o-", table="M-")),
    Scenario("renewed in ending/, and left there", "login A, timer",
             Start(ending="f-", table="M-"), 1),
    Scenario("renewed in ending/, its record gone", "login A, timer", Start(ending="f-"), 1),
    Scenario("ended, and the service before the timer", "login B, service, timer",
             Start(ending="e-", table="M-")),
    Scenario("ended, and come back", "login A, login B, service",
             Start(active="f-", ending="o-", table="M-"), 1),
    Scenario("an insert that is killed", "login B, edit, timer", B_KNOWN, 1),
    Scenario("an insert, and a mv", "login A, edit, mv", B_KNOWN, 1, MV),
    Scenario("active/ is lost", "login B, loss, timer",
             Start(active="f-", table="M-")),
    # The administrator replaces the table
    Scenario("a makemap, one known, one new", "login A, login B, makemap", B_KNOWN, 0, MV),
    Scenario("a makemap, the timer, a kill", "login A, timer, makemap", B_KNOWN, 1, MV),
    Scenario("a makemap, the service", "login A, login B, service, makemap", B_KNOWN, 0, MV),
    Scenario("a makemap, lapsed leases, kills", "timer 2, makemap", BOTH_OLD, 2, MV),
    Scenario("a mv, one known, one new", "login A, login B, mv", B_KNOWN, 0, MV),
    Scenario("a mv, the service, a kill", "login A, service 2, mv", B_KNOWN, 1, MV),
    Scenario("two mv, the timer, a kill", "timer 2, mv 2", Start(pending="f-"), 1,
             (*MV, "--")),
    Scenario("two mv, a login, the service", "login A, service, mv 2", B_KNOWN, 0,
             (*MV, "--")),
    # What the administrator decides
    Scenario("he refuses a leased client, by makemap", "login A, timer, makemap", A_OLD, 0,
             STATIC_A),
    Scenario("he refuses a leased client, by mv", "login B, timer 2, mv", A_OLD, 1, STATIC_A),
    Scenario("he has refused a client", "login A 2, login A, service",
             Start(table="s-"), 1, ("s-",)),
    Scenario("he refuses a known client", "login A 2, service, mv",
             Start(active="f-", table="M-"), 0, STATIC_A),
    Scenario("he refuses no more", "login A 2, service, mv",
             Start(settled="e-", table="s-"), 0, ("s-", "--")),
    # A revoke
    Scenario("a revoke and a new login", "login A, revoke A, timer"),
    Scenario("a revoke of a known client", "login A, revoke A, timer",
             Start(active="f-", table="M-"), 1),
    Scenario("a revoke that is killed", "revoke A, timer", Start(active="f-", table="M-"), 1),
    Scenario("a revoke beside a login from elsewhere", "login B, revoke A, service",
             Start(active="f-", table="M-"), 1),
    # A block
    Scenario("a block and a new login", "login A, block A, timer", kills=1),
    Scenario("a block and a new login, the service", "login A, block A, service"),
    Scenario("a block of a known client", "login A, block A, timer",
             Start(active="e-", table="M-"), 1),
    Scenario("a block that is killed", "block A, timer", Start(active="f-", table="M-"), 1),
    Scenario("a block of a client that comes back", "login A, block A, timer", A_OLD, 1),
    Scenario("a block beside a login from elsewhere", "login B, block A, service",
             Start(active="f-", table="M-"), 1),
    Scenario("a block, a login, a mv", "login A, block A, mv", Start(active="e-", table="M-"),
             1, MV),
    # A table that stays out of reach
    Scenario("a rebuild that lasts", "login A, service 2, makemap", B_KNOWN, 0, MV),
    Scenario("a map in trouble", "login A, login B, service",
             Start(active="-f", table="-M", deferred="e-", trouble=True, seal=False)),
    # Many at once
    Scenario("logins, a revoke, two mv, two kills", "login A, login B, revoke A, mv 2",
             Start(active="ef", table="MM"), 2, (*MV, "--")),
    Scenario("logins, the service, the timer, a mv, a kill",
             "login A, login B, service 2, timer, mv", B_KNOWN, 1, MV),
    Scenario("logins, the service, the timer, a makemap", "login A, login B, service, timer, "
             "makemap", Start(active="-o", table="-M"), 0, MV),
    # Large ones
    Scenario("three logins, the timer, a mv, a kill", "login A 2, login B, timer 2, mv",
             A_OLD, 1, MV, large=True),
    Scenario("three logins, the timer, a makemap, a kill",
             "login A 2, login B, timer 2, makemap", A_OLD, 1, MV, large=True),
)
