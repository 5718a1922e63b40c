# SPDX-License-Identifier: BSD-2-Clause
"""instructions - workload 8: what workloads 1 and 2 execute, counted by callgrind.

A number that does not depend on the machine's mood. Two runs, the second with twice as
many logins: the difference is the logins alone. Minus the same stack without us. What
the kernel does in the system calls is not in it.
"""

import re
import subprocess
from pathlib import Path

from .bench import Bench
from .place import Ground, address
from .rows import Result, Row

NAME = "instructions"
TITLE = "8. Instructions of a login"
RECORDS = 10_000
CLIENT = "20.0.0.1"
WAYS = ("base", "ours", "a", "nothing", "nothing_libdb")


def run(bench: Bench) -> Result:
    known, new = bench.pick((20, 20), (3, 2))
    with Ground(bench, RECORDS) as place:
        bench.drive(place, 1, 1, f"ours={CLIENT}", f"a={CLIENT}")
        counted = {way: of_a_login(bench, place, known, f"{way}={CLIENT}") for way in WAYS}
        first = {way: of_a_login(bench, place, new, f"{way}=20.{number}.0.1", "+1")
                 for number, way in enumerate(("base", "ours", "a"), 1)}
    return Result([
        row("a known client", counted, "ours", "a"),
        row("a known client, of which loading a module", counted, "nothing", "nothing_libdb"),
        row("a new client", first, "ours", "a"),
    ], notes=[f"The stack without us: {counted['base']:,.0f} instructions. "
              "`tests/pam/test_budget.py` fails when a known client's login takes more than its "
              "budget."])


def row(what: str, counted: dict[str, float], ours: str, theirs: str) -> Row:
    return Row(8, what, "thousand", (counted[ours] - counted["base"]) / 1e3,
               {"A": (counted[theirs] - counted["base"]) / 1e3})


def of_a_login(bench: Bench, place: Ground, logins: int, way: str, step: str = "") -> float:
    """With a step the second run goes on where the first ended: all its clients are new."""
    once = count(bench, place, logins, way + step)
    service, first = way.split("=")
    second = f"{service}={address(first, logins)}" if step else way
    return (count(bench, place, 2 * logins, second + step) - once) / logins


def count(bench: Bench, place: Ground, logins: int, way: str) -> int:
    place.timer_has_run()
    out = place.root / "callgrind.out"
    subprocess.run(
        ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}",
         bench.program("drive"), str(place.services), str(logins), "1", way],
        check=True, env=bench.environment(place), stdout=subprocess.DEVNULL)
    return total(out)


def total(out: Path) -> int:
    found = re.search(r"^(?:summary|totals): (\d+)", out.read_text(encoding="utf-8"),
                      flags=re.MULTILINE)
    if not found:
        raise RuntimeError(f"callgrind wrote no summary into {out}")
    return int(found[1])
