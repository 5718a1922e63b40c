# SPDX-License-Identifier: BSD-2-Clause
"""Measure what a login costs, print a table, write docs/performance.md."""

import argparse
import importlib
import math
import sys
import tempfile
from pathlib import Path

from . import report
from .bench import Bench
from .machine import describe
from .place import spread_out
from .plot import draw
from .rows import Result, Workload
from .table import as_text

# In their order; the one that deletes most files comes behind those that create some, and
# the booted hosts come last.
WORKLOADS = ("known", "first", "filesystems", "crowd", "rate", "memory", "instructions",
             "ending", "readers")
BOOTED = "readers"  # minutes, even a short one: only by name then


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="only see that each workload runs")
    parser.add_argument("--only", action="append", choices=WORKLOADS, metavar="NAME",
                        help=f"this workload alone: {', '.join(WORKLOADS)}")
    parser.add_argument("--write", action="store_true",
                        help="write the page and the plots, as a full run of all does")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"),
                        help="on the disk to measure; /var/tmp when not given")
    return parser.parse_args()


def scratch(below: Path) -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="pam_sap-bench-", dir=below)


def load(name: str) -> Workload:
    return importlib.import_module(f"bench.{name}")  # type: ignore[return-value]


def check(name: str, result: Result) -> None:
    """A row without a sane number would pass unseen."""
    for row in result.rows:
        if row.ours is None and row.note:
            continue
        if row.ours is None or not math.isfinite(row.ours):
            raise RuntimeError(f"{name}: {row.what} has no number")
    if not result.rows and not any(note.startswith("skipped") for note in result.notes):
        raise RuntimeError(f"{name} measured nothing")


def chosen(options: argparse.Namespace) -> list[str]:
    if options.only:
        return options.only
    return [name for name in WORKLOADS if not (options.short and name == BOOTED)]


def run_all(options: argparse.Namespace) -> dict[str, Result]:
    results = {}
    with scratch(options.folder) as folder, scratch(Path("/dev/shm")) as memory:
        spread_out(Path(folder))
        bench = Bench(options.short, Path(folder), Path(memory))
        for name in chosen(options):
            workload = load(name)
            bench.say(workload.TITLE)
            results[workload.TITLE] = workload.run(bench)
            check(name, results[workload.TITLE])
            if options.short:
                for plot in results[workload.TITLE].plots:
                    draw(plot, Path(folder))
        bench.say("done")
    return dict(sorted(results.items()))


def main() -> int:
    options = arguments()
    machine = describe(options.folder)
    results = run_all(options)
    print(as_text([row for result in results.values() for row in result.rows]))
    if options.short:
        print("Short: the figures mean nothing.")
    if options.write or not (options.short or options.only):
        report.write(results, machine)
        print(f"Written: {report.PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
