# SPDX-License-Identifier: BSD-2-Clause
"""first - workload 2: the first login of a new client, one at a time.

At each size all ways work on the same table, each on a copy. Ours and A take turns of
five logins, so that what one leaves in the file system's journal is paid by itself. The
first commits after a fresh table are shown apart: they are dearer, and rare.
"""

import shutil
from pathlib import Path

from .bench import Bench
from .figures import median, percentile, spread
from .known import FAIR, added
from .place import Ground, address, statics
from .rebuilding import Rebuilder, is_there
from .rows import Plot, Result, Row
from .watcher import Watcher

NAME = "first"
TITLE = "2. The first login of a new client"
WARM_UP = 5
BLOCK = 5
WAYS = {"base": "20.1.0.1", "ours": "20.2.0.1", "a": "20.3.0.1", "loaded": "20.4.0.1"}
MOST_OF_A, MOST_OF_SMALL = 1.3, 1.5
Times = dict[str, list[float]]


def run(bench: Bench) -> Result:
    sizes = bench.pick((100, 10_000, 100_000, 1_000_000), (100, 1000))
    leases = bench.pick(100_000, 500)
    took = {}
    for size in sizes:
        with Ground(bench, size) as place:
            took[size] = measure(bench, place) | others(bench, place, size)
        bench.say(f"{size:,} records")
    with Ground(bench, 100, leases, max_leases=str(10 * leases)) as place:
        crowded = measure(bench, place)
    return Result([*(row(took[size], f"{size:,} records") for size in sizes),
                   row(crowded, f"{leases:,} live leases"),
                   growth(took[sizes[0]], took[sizes[-1]], sizes),
                   *(cold(took[size], f"the first on a fresh table, {size:,} records")
                     for size in sizes)],
                  [plot(took)], notes(took, crowded))


def measure(bench: Bench, place: Ground) -> Times:
    """Microseconds of each login of the warm table; "cold": of our and A's very first."""
    rounds = bench.pick(100, 2)
    first = bench.drive(place, 1, 1, "ours=20.5.0.1", "a=20.5.0.1", "base=20.5.0.1")
    bench.drive(place, WARM_UP, 1, "ours=20.6.0.1+1", "a=20.6.0.1+1")
    took = bench.drive(place, rounds, BLOCK, *(f"{way}={at}+1" for way, at in WAYS.items()))
    for way, table in (("ours", place.map), ("a", place.a_table)):
        lost = place.missing(table, (address(WAYS[way], i) for i in range(rounds * BLOCK)))
        if lost:
            raise RuntimeError(f"{way}: {len(lost)} of the addresses are not in the table")
    return took | {f"cold {way}": first[way] for way in ("ours", "a", "base")}


def others(bench: Bench, place: Ground, size: int) -> Times:
    """The log watcher and the rebuild, with fewer repetitions."""
    folder = place.root / "b"
    folder.mkdir()
    table = Path(shutil.copy(place.a_table, folder))
    with Watcher(folder, table) as watcher:
        found = {"B": [watcher.open(address("20.7.0.1", i)) for i in range(bench.pick(50, 3))]}
    if not is_there():
        return found
    folder = place.root / "c"
    folder.mkdir()
    rebuilder = Rebuilder(folder, statics(size))
    times = bench.pick(20 if size <= 10_000 else 3 if size <= 100_000 else 1, 2)
    return found | {"C": [rebuilder.open(address("20.8.0.1", i)) for i in range(times)]}


def row(took: Times, what: str) -> Row:
    ours, a = added(took, "ours"), added(took, "a")
    fair = a / median(took["loaded"])
    return Row(2, what, "µs", ours,
               {"A": a} | {peer: median(took[peer]) for peer in ("B", "C") if peer in took},
               f"at most {MOST_OF_A} times A", None if fair > FAIR else ours <= MOST_OF_A * a,
               f"void: A costs {fair:.2f} times its listing" if fair > FAIR else "")


def growth(small: Times, large: Times, sizes: tuple[int, ...]) -> Row:
    ours = added(large, "ours") / added(small, "ours")
    return Row(2, f"{sizes[-1]:,} records against {sizes[0]:,}", "times", ours,
               {"A": added(large, "a") / added(small, "a")},
               f"at most {MOST_OF_SMALL} times", ours <= MOST_OF_SMALL)


def cold(took: Times, what: str) -> Row:
    base = median(took["cold base"])
    return Row(2, what, "µs", took["cold ours"][0] - base, {"A": took["cold a"][0] - base})


def plot(took: dict[int, Times]) -> Plot:
    series = {name: [(float(size), added(times, way)) for size, times in took.items()]
              for name, way in (("pam_sap", "ours"), ("A, 1999", "a"))}
    for peer, name in (("B", "B, log watcher"), ("C", "C, rebuild")):
        points = [(float(size), median(times[peer])) for size, times in took.items()
                  if peer in times]
        series |= {name: points} if points else {}
    return Plot("first", "First login of a new client", "records in the table",
                "µs until the record is there", series, log_x=True, log_y=True)


def notes(took: dict[int, Times], crowded: Times) -> list[str]:
    parts = [f"{size:,}: ours {spread(times['ours'])}, A {spread(times['a'])}"
             for size, times in took.items()]
    worst = max(percentile(times["ours"], 99) for times in (*took.values(), crowded))
    return [
        "Whole logins without subtraction, in µs, by records: " + "; ".join(parts)
        + f". The slowest hundredth of ours began at {worst:.0f} µs.",
        "B is the time from the daemon's log line until the watcher has synchronised the table: "
        "the login itself does not wait, and the mail server may refuse the client meanwhile. "
        "C is one run of its script.",
    ]
