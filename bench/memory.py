# SPDX-License-Identifier: BSD-2-Clause
"""memory - workload 6: what a login adds to the process that makes it, and what stays.

Looked at inside the session, minus the same at the same point of the stack without us.
"""

import os

from .bench import Bench
from .place import Ground
from .rows import Result, Row

NAME = "memory"
TITLE = "6. Memory and descriptors of the host process"
RECORDS = 10_000
MOST_KIB = 64
# However many handles. Not 0: malloc counts pieces as used that it keeps for the next call.
MOST_LEFT = 4096
CLIENT = "20.0.0.1"
FIELDS = ("descriptors", "resident", "private", "heap")
Looks = dict[str, dict[str, int]]  # moment -> field -> value


def run(bench: Bench) -> Result:
    handles, commits = bench.pick((10_000, 500), (50, 10))
    with Ground(bench, RECORDS) as place:
        bench.drive(place, 1, 1, f"ours={CLIENT}", f"a={CLIENT}")
        # The modules were copied just now: pages that the disk does not have yet would
        # count as private ones of whoever maps them.
        os.sync()
        base = looks(bench, place, handles, f"base={CLIENT}")
        known = looks(bench, place, handles, f"ours={CLIENT}")
        new = looks(bench, place, commits, "ours=20.1.0.1+1")
        a = looks(bench, place, handles, f"a={CLIENT}")
        a_new = looks(bench, place, commits, "a=20.2.0.1+1")
    return Result(
        [*added(base, known, a),
         *left(base, known, a, f"after {handles:,} handles of a known client"),
         *left(base, new, a_new, f"after {commits:,} first logins")],
        notes=["Added: while the session is open, minus the stack without us at that moment. "
               "Left: at the end, minus what there was when the heap had found its size, after "
               "the first hundred logins, each minus the same for the stack without us. "
               "Private memory is Private_Dirty of smaps_rollup: what no other process could "
               "share."])


def looks(bench: Bench, place: Ground, handles: int, way: str) -> Looks:
    printed = bench.log_in("look", place, str(handles), way)
    lines = [line.split(" ") for line in printed.splitlines()]
    return {words[0]: dict(zip(FIELDS, map(int, words[1:]))) for words in lines}


def change(seen: Looks, field: str, start: str, end: str) -> int:
    return seen[end][field] - seen[start][field]


def grown(base: Looks, seen: Looks, field: str) -> float:
    """KiB, inside the session, above the stack without us."""
    return (change(seen, field, "before", "inside")
            - change(base, field, "before", "inside")) / 1024


def added(base: Looks, known: Looks, a: Looks) -> list[Row]:
    private = grown(base, known, "private")
    descriptors = change(known, "descriptors", "before", "inside")
    return [
        Row(6, "a known client's login, private memory", "KiB", private,
            {"A": grown(base, a, "private")}, f"under {MOST_KIB} KiB", private < MOST_KIB),
        Row(6, "the same, with pages of files that processes share", "KiB",
            grown(base, known, "resident"), {"A": grown(base, a, "resident")}),
        Row(6, "a known client's login, descriptors", "", descriptors,
            {"A": change(a, "descriptors", "before", "inside")}, "none", descriptors == 0),
    ]


def left(base: Looks, ours: Looks, a: Looks, what: str) -> list[Row]:
    def rest(seen: Looks, field: str) -> int:
        return change(seen, field, "settled", "end") - change(base, field, "settled", "end")

    heap, descriptors = rest(ours, "heap"), rest(ours, "descriptors")
    return [
        Row(6, f"left {what}, heap", "bytes", heap, {"A": rest(a, "heap")},
            f"nothing (malloc's caches: under {MOST_LEFT} bytes)", heap < MOST_LEFT),
        Row(6, f"left {what}, descriptors", "", descriptors, {"A": rest(a, "descriptors")},
            "nothing", descriptors == 0),
    ]
