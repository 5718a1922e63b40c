# SPDX-License-Identifier: BSD-2-Clause
"""ending - workload 5: what the timer's command costs when leases end, or none does.

Nobody waits: leases and stamp files are dated back. A's script does the same work on
the same numbers, right after ours.
"""

import os
import subprocess
import time

from .bench import Bench
from .figures import median
from .peers import CLEAN
from .place import LEASED, Ground, address
from .rows import Plot, Result, Row
from .watcher import Watcher

NAME = "ending"
TITLE = "5. Leases end"
AGE = 20 * 60  # the lifetime is 15 minutes
TOO_LONG = "Argument list too long"
NONE_BAR, ALL_BAR = 0.5, 10
Times = dict[str, list[float]]  # "ours", "a": seconds
Cases = dict[str, Times]


NONE, FEW, ALL = "none ended", "1 in 100 ended", "all ended"


def run(bench: Bench) -> Result:
    took: dict[int, Cases] = {}
    remarks: list[str] = []
    for count in bench.pick((10_000, 100_000), (200, 1000)):
        took[count] = measure(bench, count, remarks)
        bench.say(f"{count:,} leases")
    smallest = min(took)
    watcher = watcher_walk(bench, smallest)
    return Result([row(count, name, times, watcher if count == smallest else {})
                   for count, cases in took.items() for name, times in cases.items()],
                  [plot(took)], remarks)


def measure(bench: Bench, count: int, remarks: list[str]) -> Cases:
    """Each time that all end, the place is a new one: to fill it again would be to create
    files where others have just been deleted, see place.py."""
    cases: Cases = {name: {"ours": [], "a": []} for name in (NONE, FEW, ALL)}

    def end(place: Ground, name: str, numbers: range) -> None:
        what = f"{count:,} leases, {name}"
        one_run(place, bench, numbers, cases[name])
        if cases[name]["a"][-1] == float("inf"):
            remarks.append(f"A's script, {what}: `{TOO_LONG}`, of `rm` and of the program. "
                           "Nothing was removed, and the next run fails in the same way.")

    with filled(bench, count) as place:
        for _again in range(bench.pick(9, 2)):
            end(place, NONE, range(0))
        remarks.append(table_is_left_alone(place, count))
        for start in range(bench.pick(5, 1)):
            end(place, FEW, range(start, count, 100))
    for _again in range(bench.pick(3 if count <= 10_000 else 1, 1)):
        with filled(bench, count) as place:
            end(place, ALL, range(count))
    return cases


def filled(bench: Bench, count: int) -> Ground:
    return Ground(bench, 100, count, max_leases=str(2 * count))


def one_run(place: Ground, bench: Bench, numbers: range, into: Times) -> None:
    for number in numbers:
        place.date(place.lease(number), AGE)
        place.date(place.stamp(number), AGE)
    before = len(place.leases("active"))
    start = time.monotonic()
    place.expire()
    into["ours"].append(time.monotonic() - start)
    into["a"].append(clean_a(place, bench))
    check_ours(place, numbers, before)


def clean_a(place: Ground, bench: Bench) -> float:
    """Seconds of A's script; infinite when it could not do its work."""
    start = time.monotonic()
    done = subprocess.run(
        ["/bin/sh", str(CLEAN), str(place.stamps), str(place.a_table),
         bench.program("peers/del_1999")], stderr=subprocess.PIPE, text=True, check=False,
        env=os.environ | {"LOG": "true"})
    took = time.monotonic() - start
    if TOO_LONG in done.stderr:
        return float("inf")
    if done.returncode != 0 or done.stderr:
        raise RuntimeError(f"A's script: {done.stderr}")
    return took


def check_ours(place: Ground, ended: range, before: int) -> None:
    left = len(place.leases("active"))
    if left != before - len(ended):
        raise RuntimeError(f"{left} leases are left of {before}, {len(ended)} should have ended")
    sample = [address(LEASED, number) for number in ended[:100]]
    if len(place.missing(place.map, sample)) != len(sample):
        raise RuntimeError("records of leases that ended are still in the table")


def table_is_left_alone(place: Ground, count: int) -> str:
    """With none ended: does it open the table? The system calls say."""
    traced = place.root / "strace"
    subprocess.run(["strace", "-f", "-o", str(traced), "-e", "trace=open,openat,openat2",
                    str(place.sapdb_path), "-c", str(place.conf), "expire"], check=True)
    calls = traced.read_text(encoding="utf-8")
    if str(place.conf) not in calls:
        raise RuntimeError("strace saw nothing")
    opened = place.map.name in calls
    if opened:
        raise RuntimeError("with none ended the table was opened")
    return f"{count:,} leases, none ended: the table was not opened (strace)."


def watcher_walk(bench: Bench, count: int) -> Times:
    """B: all end; its table is in its memory as well."""
    with Ground(bench, 100) as place:
        folder = place.root / "b"
        folder.mkdir()
        with Watcher(folder, folder / "access.db", lifetime=0) as watcher:
            watcher.learn([address(LEASED, number) for number in range(count)])
            return {ALL: [watcher.expire(count)], NONE: [watcher.expire(0)]}


def row(count: int, name: str, times: Times, watcher: Times) -> Row:
    ours, a = median(times["ours"]), median(times["a"])
    failed = a == float("inf")
    peers: dict[str, float | str] = {"A": "fails" if failed else a * 1e3}
    if name in watcher:
        peers["B"] = watcher[name][0] * 1e3
    bar, met = "", None
    if name == NONE and count > 10_000:
        bar, met = f"under {NONE_BAR} s, the table not opened", ours < NONE_BAR
    elif name == ALL and not failed:
        bar, met = f"at least {ALL_BAR} times faster than A", a >= ALL_BAR * ours
    return Row(5, f"{count:,} leases, {name}", "ms", ours * 1e3, peers, bar, met)


def plot(took: dict[int, Cases]) -> Plot:
    series = {}
    for way, who in (("ours", "pam_sap"), ("a", "A, 1999")):
        for name in next(iter(took.values())):
            points = [(float(count), median(cases[name][way])) for count, cases in took.items()]
            series[f"{who}, {name}"] = [point for point in points if point[1] != float("inf")]
    return Plot("ending", "What the clean-up takes", "live leases", "seconds",
                {label: points for label, points in series.items() if points},
                log_x=True, log_y=True)
