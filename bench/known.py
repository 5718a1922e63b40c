# SPDX-License-Identifier: BSD-2-Clause
"""known - workload 1: a known client logs in again.

The whole PAM transaction, minus the same stack without us. Ours and A take turns of some
hundred logins, each with that stack beside it login by login: what A leaves in the
caches, and in the file system's journal, is not charged to us, as on a host that has
only one of them.

A's listing without PAM, but loaded for each call as a module is, has its turn beside A:
A may not cost a tenth more than that, or the result is void. The listing in a program
that is linked with libdb once and for all shows what loading costs.
"""

import os

from .bench import Bench
from .figures import median, percentile, spread
from .place import Ground
from .rows import Plot, Result, Row

NAME = "known"
TITLE = "1. A known client logs in again"
CLIENT = "20.0.0.1"
RECORDS = 10_000
OURS = ("base", "ours", "nothing")
THEIRS = ("base", "a", "nothing_libdb", "loaded")
Times = dict[str, list[float]]
FAIR = 1.10


def measure(bench: Bench, place: Ground) -> tuple[Times, Times]:
    """Microseconds of each login: ours and what is beside it, A and what is beside it."""
    ours: Times = {}
    theirs: Times = {}
    turns, rounds = bench.pick(40, 2), bench.pick(100, 10)
    for _turn in range(turns):
        keep(ours, bench.drive(place, rounds, 1, *(f"{way}={CLIENT}" for way in OURS)))
        keep(theirs, bench.drive(place, rounds, 1, *(f"{way}={CLIENT}" for way in THEIRS)))
        keep(theirs, {"alone": listing_alone(bench, place, rounds)})
    return ours, theirs


def keep(found: Times, more: Times) -> None:
    for name, values in more.items():
        found.setdefault(name, []).extend(values)


def added(took: Times, way: str, percent: float = 50) -> float:
    return percentile(took[way], percent) - percentile(took["base"], percent)


def listing_alone(bench: Bench, place: Ground, rounds: int) -> list[float]:
    printed = bench.output(bench.program("peers/listing_alone"), place.a_table, place.stamps,
                           str(rounds), f"alone={CLIENT}", env=os.environ | bench.log())
    return [int(line) / 1000 for line in printed.splitlines()]


def run(bench: Bench) -> Result:
    with Ground(bench, RECORDS) as place:
        bench.drive(place, 3, 1, f"ours={CLIENT}", f"a={CLIENT}")
        table = place.inode()
        ours, theirs = measure(bench, place)
        if place.inode() != table:
            raise RuntimeError("a login of a known client changed the table")
    fair = added(theirs, "a") / median(theirs["loaded"])
    return Result(rows(ours, theirs, fair), [plot(ours, theirs)], notes(ours, theirs, fair))


def rows(ours: Times, theirs: Times, fair: float) -> list[Row]:
    mine, a, void = added(ours, "ours"), added(theirs, "a"), fair > FAIR
    return [
        Row(1, "added to a login", "µs", mine, {"A": a},
            "at most 60 µs, and A's at least 5 times ours",
            None if void else mine <= 60 and a >= 5 * mine,
            f"void: A costs {fair:.2f} times its listing" if void else ""),
        Row(1, "of which loading a module", "µs", added(ours, "nothing"),
            {"A": added(theirs, "nothing_libdb")}),
        Row(1, "added, 90th percentile", "µs", added(ours, "ours", 90),
            {"A": added(theirs, "a", 90)}),
    ]


def plot(ours: Times, theirs: Times) -> Plot:
    """How many of a hundred logins take no longer than so many µs."""
    shown = {"without us": ours["base"], "pam_sap": ours["ours"], "A, 1999": theirs["a"]}
    return Plot("known", "A known client logs in again: whole logins", "µs",
                "of 100 logins so many take no longer",
                {name: [(percentile(took, percent), percent) for percent in range(1, 100)]
                 for name, took in shown.items()})


def notes(ours: Times, theirs: Times, fair: float) -> list[str]:
    return [
        f"{len(ours['ours'])} logins each way. The stack without us takes "
        f"{median(ours['base']):.0f} µs ({spread(ours['base'])}), with ours "
        f"{median(ours['ours']):.0f} µs ({spread(ours['ours'])}), with A "
        f"{median(theirs['a']):.0f} µs ({spread(theirs['a'])}).",
        f"A's listing without PAM, loaded for each call as a module is, takes "
        f"{median(theirs['loaded']):.0f} µs; A adds {fair:.2f} times that to a login (above "
        f"{FAIR:.2f} the result would be void). In a program that is linked with libdb once and "
        f"for all it takes {median(theirs['alone']):.0f} µs ({spread(theirs['alone'])}): the "
        f"rest is loading libdb and touching its pages for the first time, again at each login.",
    ]
