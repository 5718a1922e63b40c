# SPDX-License-Identifier: BSD-2-Clause
"""known - workload 1: a known client logs in again.

The whole PAM transaction, minus the same stack without us. A's listing without PAM, but
loaded for each call as a module is, takes its turn in the same process: A may not cost
a tenth more than that, or the result is void. The listing in a program that is linked
with libdb once and for all runs between the turns, to show what loading costs.
"""

from .bench import Bench
from .figures import median, percentile, spread
from .place import Ground
from .rows import Result, Row

NAME = "known"
TITLE = "1. A known client logs in again"
CLIENT = "20.0.0.1"
RECORDS = 10_000
WAYS = ("base", "ours", "a", "nothing", "nothing_libdb", "loaded")
FAIR = 1.10


def measure(bench: Bench, place: Ground) -> dict[str, list[float]]:
    """Service, or "alone", -> microseconds."""
    found: dict[str, list[float]] = {}
    turns, rounds = bench.pick(20, 2), bench.pick(250, 20)
    for _turn in range(turns):
        took = bench.drive(place, rounds, 1, *(f"{way}={CLIENT}" for way in WAYS))
        took["alone"] = listing_alone(bench, place, rounds)
        for name, values in took.items():
            found.setdefault(name, []).extend(values)
    return found


def listing_alone(bench: Bench, place: Ground, rounds: int) -> list[float]:
    printed = bench.output(bench.program("peers/listing_alone"), place.a_table, place.stamps,
                           str(rounds), f"alone={CLIENT}")
    return [int(line) / 1000 for line in printed.splitlines()]


def run(bench: Bench) -> Result:
    with Ground(bench, RECORDS) as place:
        bench.drive(place, 3, 1, f"ours={CLIENT}", f"a={CLIENT}")
        table = place.inode()
        took = measure(bench, place)
        if place.inode() != table:
            raise RuntimeError("a login of a known client changed the table")
    added = {way: median(took[way]) - median(took["base"]) for way in WAYS}
    fair = added["a"] / median(took["loaded"])
    return Result(rows(took, added, fair), notes=notes(took, added, fair))


def rows(took: dict[str, list[float]], added: dict[str, float], fair: float) -> list[Row]:
    ours, a = added["ours"], added["a"]
    base = median(took["base"])
    void = fair > FAIR
    return [
        Row(1, "added to a login", "µs", ours, {"A": a},
            "at most 60 µs, and A's at least 5 times ours", 
            None if void else ours <= 60 and a >= 5 * ours,
            f"void: A costs {fair:.2f} times its listing" if void else ""),
        Row(1, "of which loading a module", "µs", added["nothing"], {"A": added["nothing_libdb"]}),
        Row(1, "added, 9 of 10 logins", "µs", percentile(took["ours"], 90) - base,
            {"A": percentile(took["a"], 90) - base}),
    ]


def notes(took: dict[str, list[float]], added: dict[str, float], fair: float) -> list[str]:
    return [
        f"{len(took['ours'])} logins each way, in turn, one by one. The stack without us "
        f"takes {median(took['base']):.1f} µs ({spread(took['base'])}); with ours "
        f"{median(took['ours']):.1f} µs ({spread(took['ours'])}), with A "
        f"{median(took['a']):.1f} µs ({spread(took['a'])}).",
        f"A's listing without PAM, loaded for each call as a module is, takes "
        f"{median(took['loaded']):.1f} µs; A adds {fair:.2f} times that to a login (above "
        f"{FAIR:.2f} the result would be void). In a program that is linked with libdb once and "
        f"for all it takes {median(took['alone']):.1f} µs ({spread(took['alone'])}): the "
        f"rest is loading libdb and touching its pages for the first time, again at each login.",
    ]
