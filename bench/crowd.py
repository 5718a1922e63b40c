# SPDX-License-Identifier: BSD-2-Clause
"""crowd - workload 3: new clients from many processes at once.

Ours, A and A mended in rounds, one after the other, so that none has the machine on a
better day. After each round every address is looked for in its table. A begins each
round with a whole table, since it does not always leave one.
"""

from dataclasses import dataclass, field

from cli import table

from .bench import Bench, by_name
from .figures import median, percentile
from .place import Ground, address
from .rows import Plot, Result, Row

NAME = "crowd"
TITLE = "3. New clients from many processes at once"
RECORDS = 10_000
MOST = 4096  # logins of a round, so that the rounds' addresses do not meet
WAYS = {"ours": "pam_sap", "a_daring": "A, 1999", "a_mended": "A with a lock around it",
        "base": "the stack without us"}


@dataclass
class Rounds:
    """What one way did with so many processes."""
    logins: list[float] = field(default_factory=list)  # µs of each
    walls: list[float] = field(default_factory=list)  # seconds of each round
    opened: int = 0
    lost: int = 0  # not in the table afterwards
    died: int = 0  # processes that crashed or never came back
    spoilt: int = 0  # rounds after which db_verify refuses the table

    def throughput(self) -> float:
        """Logins a second."""
        return median([len(self.logins) / len(self.walls) / wall for wall in self.walls])


def run(bench: Bench) -> Result:
    found = {}
    for processes in bench.pick((1, 8, 64), (1, 8)):
        with Ground(bench, RECORDS, wait="10s") as place:
            found[processes] = {way: Rounds() for way in WAYS}
            for number in range(bench.pick(7, 2)):
                first = address("20.0.0.1", number * MOST)
                for way, rounds in found[processes].items():
                    one_round(bench, place, (way, processes, first), rounds)
    check(found)
    return Result([row for processes, ways in found.items() for row in rows(processes, ways)],
                  [plot(found)], notes(found))


def one_round(bench: Bench, place: Ground, what: tuple[str, int, str], into: Rounds) -> None:
    way, processes, first = what
    logins = bench.pick(max(8, 256 // processes), 4)
    if way.startswith("a"):
        place.renew_a()
    printed = by_name(bench.log_in("crowd", place, str(processes), str(logins),
                                   f"{way}={first}", quiet=way != "ours"), float)
    into.logins += [nanoseconds / 1e3 for nanoseconds in printed["login"]]
    into.walls.append(printed["wall"][0] / 1e9)
    into.died += int(printed["died"][0])
    if way == "base":
        return
    path = place.map if way == "ours" else place.a_table
    into.spoilt += table.faults(path) != ""
    into.opened += processes * logins
    into.lost += len(place.missing(path, (address(first, i) for i in range(processes * logins))))


def check(found: dict[int, dict[str, Rounds]]) -> None:
    """A benchmark of something that loses what it was given is worth nothing."""
    for ways in found.values():
        for way in ("ours", "a_mended"):
            if ways[way].lost or ways[way].died or ways[way].spoilt:
                raise RuntimeError(f"{WAYS[way]}: {ways[way]}")


def rows(processes: int, ways: dict[str, Rounds]) -> list[Row]:
    ours, a, mended = ways["ours"], ways["a_daring"], ways["a_mended"]
    name = "1 process" if processes == 1 else f"{processes} processes"
    last = processes == 64
    fast, slow = ours.throughput(), a.throughput()
    p99, a_median = percentile(ours.logins, 99), median(a.logins)
    lost = f"A lost {a.lost} of {a.opened}" if a.lost else ""
    return [
        Row(3, name, "logins/s", fast, {"A": slow}, "at least 4 times A" if last else "",
            fast >= 4 * slow if last else None, lost),
        Row(3, f"{name}, the stack without us", "logins/s", ways["base"].throughput()),
        Row(3, f"{name}, A mended", "logins/s", fast, {"A": mended.throughput()}),
        Row(3, f"{name}, median", "µs", median(ours.logins), {"A": a_median}),
        Row(3, f"{name}, 99th percentile", "µs", p99, {"A": percentile(a.logins, 99)},
            "below A's median" if last else "", p99 < a_median if last else None),
        Row(3, f"{name}, 99th percentile, A mended", "µs", p99,
            {"A": percentile(mended.logins, 99)}),
    ]


def plot(found: dict[int, dict[str, Rounds]]) -> Plot:
    series = {name: [(float(processes), ways[way].throughput())
                     for processes, ways in found.items()]
              for way, name in WAYS.items()}
    return Plot("crowd", "New clients from many processes at once", "processes",
                "logins per second", series, log_x=True)


def notes(found: dict[int, dict[str, Rounds]]) -> list[str]:
    def total(way: str, what: str) -> int:
        return sum(getattr(ways[way], what) for ways in found.values())

    rounds = sum(len(ways["a_daring"].walls) for ways in found.values())
    return [
        f"Each way opened {total('ours', 'opened'):,} addresses. Afterwards all of ours are in "
        f"the table. Of A's {total('a_daring', 'lost'):,} are not, "
        f"{total('a_daring', 'spoilt')} of its {rounds} tables are damaged (db_verify), "
        f"{total('a_daring', 'died')} of its processes "
        "crashed or hung: the listing opens the table before it locks it, and unlocks it before "
        "close writes.",
        "A mended is A with one more lock file around all of it: what A costs if it is to keep "
        "what it was given. Whole logins, nothing subtracted; `wait` was 10 s, so that none of "
        "ours gave up.",
    ]
